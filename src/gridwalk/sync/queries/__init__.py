"""Every read of sync: devices, returned work, the rows of a grid."""
