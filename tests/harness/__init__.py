"""What tests of every room share: a database of their own, people who are signed in, a browser."""
