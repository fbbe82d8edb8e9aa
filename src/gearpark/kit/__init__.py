"""Django building blocks: tenancy, problems, lists, events, jobs, audit."""
