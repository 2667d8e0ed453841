"""The official list of areas (National Bureau of Statistics, 2023), and laying a street out of it."""
