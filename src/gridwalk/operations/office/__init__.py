"""What the office did and who has an account: lists for who keeps the accounts and reads the audit."""
