"""Door 2: `incident-bot serve`, the webhook that Alertmanager calls.

`webhook` is the story of one message and knows no web framework; `route` puts it behind its URL,
`app` puts Flask's routes beside it, `running` both behind gunicorn's workers; `metrics` and
`json_log` tell operators about it.
Nothing here is remembered for correctness: any replica may get any message, any number of times.
"""
