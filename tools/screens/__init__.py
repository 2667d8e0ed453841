"""Whether anything moves on the screen from one commit to another: every page of every role and every phone
screen, in pixels.
"""
