"""`python -m demo.shop`: serve Kettle Lane on 127.0.0.1.

SHOP_PORT is its port, PUBLIC_URL the platform's address and DEMO_KEY the public key of the account
whose snippet the pages carry. Without DEMO_KEY the key is read from the file that
`manage.py load_demo` leaves in VAR_DIR.
"""

import os
import signal
import sys
from types import FrameType

from demo.shop.server import Shop, demo_key


def main() -> int:
    key = demo_key(os.environ)
    if key is None:
        print("There is no demo account yet: run `manage.py load_demo`, or set DEMO_KEY.")
        return 1
    shop = Shop(
        port=int(os.environ.get("SHOP_PORT") or 8001),
        host=(os.environ.get("PUBLIC_URL") or "http://localhost:8000").rstrip("/"),
        key=key,
    )

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    print(f"Kettle Lane is open at http://127.0.0.1:{shop.server_port}/", flush=True)
    try:
        shop.serve_forever()
    except KeyboardInterrupt:
        shop.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
