# Without `environment`: there is one bootstrap for each account, and the command line says which it is.
aws_region  = "us-east-1"
project     = "zapier-triggers-api"
cost_center = "platform-integrations"
