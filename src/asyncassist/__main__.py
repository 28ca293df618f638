"""Entry point of `python -m asyncassist`."""

from __future__ import annotations

import sys

from asyncassist._cli import main

sys.exit(main())
