"""What agents are told: one template for each kind of work, which a repository may replace."""
