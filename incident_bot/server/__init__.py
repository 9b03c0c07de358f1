"""Door 2: `incident-bot serve`, the webhook that Alertmanager calls.

`webhook` is the story of one request and knows no web framework; `app` puts it behind Flask's
routes, `running` behind gunicorn's workers, `metrics` and `json_log` tell operators about it.
Nothing here is remembered for correctness: any replica may get any message, any number of times.
"""
