"""Tests of the whole: architecture, commands, journeys, browser. A room's own tests lie beside the room."""
