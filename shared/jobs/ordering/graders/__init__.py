"""What reinforcement rewards answers by, checked completely before any money is spent. Pure: nothing is graded here."""
