"""How sessions fail to begin, where they are open, and their end; django-allauth keeps the list."""
