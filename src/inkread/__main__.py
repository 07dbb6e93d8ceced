"""`python -m inkread` is the same as `inkread`."""

from inkread.cli import main

main()
