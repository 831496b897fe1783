"""Text of a PDF in reading order, with the stretches that a reader of its pages would not see. Runs only in the limited child process."""
