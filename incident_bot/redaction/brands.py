"""Names of services whose keys have no shape of their own: beside `key` they promise as much as `api_key` does.

The services are those for which betterleaks 2.0 asks for a name beside the value, and others that hand out plain
hex or uuid keys; words that programs use for other keys too (`linear`, `box`, `cursor`, `segment`) are left out.
"""

from __future__ import annotations

BRANDS = frozenset(
    "abuseipdb adafruit adobe aikido airtable aiven akamai alchemy algolia alibaba aliyun amplitude anthropic anyscale apify apollo appcenter appveyor"
    " artifactory asaas asana assemblyai atlassian auth0 aws azure backblaze beamer binance bitbucket bitfinex bitly bitrise bittrex braintree"
    " browserstack bugsnag buildkite bybit canva cartesia cerebras chargebee circleci cisco civo clerk clickhouse clickup cloudflare cloudinary"
    " cloudsmith codacy codeclimate codecov cohere coinbase coinmarketcap configcat confluent confluence contentful couchbase coveralls"
    " crowdstrike databento databricks datadog datagov datastax deepgram deepseek digitalocean discord disqus doppler droneci dropbox duffel"
    " dynatrace easypost ebay elastic elevenlabs endorlabs etherscan etsy exoscale facebook fal fastly fauna figma finicity finnhub firebase flickr"
    " flutterwave flyio freemius freshbooks freshdesk fullstory gcp gemini ghost github gitea gitlab gitter gocardless grafana greptile groq"
    " gumroad harness hashicorp helius heroku hetzner highnote honeybadger honeycomb hubspot huggingface ibm imgur influx influxdb infomaniak"
    " infracost infura instagram intercom intra42 jfrog jira jumpcloud kagi klaviyo kraken kucoin langchain langfuse lark launchdarkly lichess"
    " linkedin linode lokalise mailchimp mailersend mailgun mailjet mandrill mapbox mattermost maxmind meraki messagebird miro midtrans mistral mixpanel"
    " mongodb moralis mux netlify newrelic ngrok notion npm nuget nvidia nylas nytimes octopus okta ollama onesignal onfido openai openrouter"
    " openweather openweathermap opsgenie optimizely ovh paddle pagerduty papertrail paypal paystack perplexity pinecone pinterest pipedrive plaid"
    " planetscale plivo polymarket posthog postman postmark prefect privateai pulumi pusher pypi quandl rapidapi razorpay recaptcha replicate"
    " resend retell rollbar rubygems runpod salesforce samsara scaleway scalingo scalr sendbird sendgrid sendinblue sentry shippo shodan shopify"
    " sidekiq slack snowflake snyk sonar sonarqube sourcegraph sparkpost splunk spotify squarespace sslmate stability statuspage stripe sumo"
    " sumologic supabase tableau tailscale telegram telnyx tencent tiingo tiktok todoist together togetherai trello twilio twitch twitter"
    " typeform unsplash upcloud upstage upstash vercel virustotal voyageai vultr wakatime wandb weatherapi weatherstack weatherbit woocommerce"
    " workato workos xai xendit yandex yelp youtube zai zapier zendesk zoho zoom zuplo".split()
)
BRAND_PAIRS = frozenset(
    {("new", "relic"), ("launch", "darkly"), ("digital", "ocean"), ("sumo", "logic"), ("send", "grid"), ("hugging", "face"), ("open", "ai"),
     ("linked", "in"), ("message", "bird"), ("private", "ai"), ("planet", "scale"), ("big", "commerce"), ("bright", "data"), ("git", "hub"),
     ("git", "lab"), ("data", "dog"), ("cloud", "flare"), ("page", "duty"), ("pager", "duty"), ("rapid", "api"), ("eleven", "labs")}
)  # fmt: skip
"""The same where a style of writing takes them apart."""
