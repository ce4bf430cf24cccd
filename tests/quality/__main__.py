"""``python -m tests.quality``."""

import sys

from tests.quality.quality import main

sys.exit(main())
