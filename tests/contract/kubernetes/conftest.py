"""An API server that can be made to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.kube_api import (
    KubeApi,
    LogKey,
)
from fakes.kube_collection import (
    EVENT,
    LINES,
    NODE,
    POD,
)


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi(objects=[POD, NODE, EVENT], logs={LogKey("api-0", "app"): LINES}).serve() as api:
        yield api
