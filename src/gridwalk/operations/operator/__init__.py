"""The unit that runs this installation, as 关于, phones and printed pages say it."""
