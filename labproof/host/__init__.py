"""This computer: may it run the lab, what the lab changes on it, and putting everything back."""
