# syntax=docker/dockerfile:1
# Builds the wheel, installs it with its locked dependencies, and keeps only the result.
#
# The base is pinned by tag, because this file was written where no registry can be reached. Pin it by digest:
#   docker buildx imagetools inspect python:3.13-slim-bookworm --format '{{.Manifest.Digest}}'
# and write FROM python:3.13-slim-bookworm@sha256:... below; Dependabot keeps it fresh from then on.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN python -m pip install --quiet uv==0.13.8
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
# Dependencies change less often than the code; this layer stays.
RUN uv export --quiet --frozen --no-default-groups --extra server --no-emit-project --output-file /requirements.txt \
    && uv venv --quiet --python python3 /opt/incident-bot \
    && uv pip install --quiet --python /opt/incident-bot --require-hashes --compile-bytecode -r /requirements.txt
COPY incident_bot ./incident_bot
COPY prompts ./prompts
RUN uv build --quiet --wheel --out-dir /dist \
    && uv pip install --quiet --python /opt/incident-bot --no-deps --compile-bytecode /dist/*.whl

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="incident-bot" \
      org.opencontainers.image.description="One alert in, one GitHub Issue out" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/incident-bot /opt/incident-bot
ENV PATH=/opt/incident-bot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# A number, so that Kubernetes can check runAsNonRoot; nobody by that number owns a file.
USER 65532:65532
WORKDIR /tmp
EXPOSE 8080
# No shell stands between: signals reach the bot itself.
ENTRYPOINT ["/opt/incident-bot/bin/incident-bot"]
CMD ["serve"]
