"""Settings, urls, wsgi, the key file, and the launcher of the embedded PostgreSQL."""
