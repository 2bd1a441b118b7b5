output "names" {
  description = "Names of the queues, by the keys of `queues`; dead-letter queues by that key with `-dlq`. Known in a plan."
  value       = { for name, queue in local.queues : name => queue.name }
}

output "arns" {
  description = "ARNs of the queues, by the same keys."
  value       = { for name, queue in local.queues : name => queue.arn }
}

output "urls" {
  description = "URLs of the queues, by the same keys."
  value       = { for name, queue in local.queues : name => queue.id }
}
