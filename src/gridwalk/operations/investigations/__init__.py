"""调查: two persons look into what one person did on some days, and that person sees it."""
