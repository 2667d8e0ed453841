"""Users, their dated assignments (role × area), grants on single objects, and what a role may do where."""
