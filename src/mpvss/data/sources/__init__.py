"""Files, or nothing at all, enter; labelled videos leave, read frame by frame in any order."""
