"""What is wrong with data that counting alone does not show: copies, leaks, likely wrong labels."""
