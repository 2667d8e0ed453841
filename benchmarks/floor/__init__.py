"""The floor of ``bench sync``: the same server, wire and signature, and for each push one INSERT and COMMIT."""
