"""Where a team's data may go: rules on datasets and teams, held against connections wherever data would leave."""
