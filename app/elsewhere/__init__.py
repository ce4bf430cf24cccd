"""What is brought from elsewhere rather than uploaded: off until an admin turns it on."""
