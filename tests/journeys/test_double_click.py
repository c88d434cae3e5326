"""An impatient visitor, on the database a small installation runs on."""

import re
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar

AGENTS = 20
TOO_QUICK_SECONDS = 2.5


def test_one_form_sent_twenty_times_at_once_is_one_enquiry(product):
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    url = f"{product.url}/enquiry/lvxi-textile/"
    page = opener.open(url).read().decode()
    form = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1)
        for name in ("csrfmiddlewaretoken", "token")
    } | {
        "name": "演示咨询人",
        "phone": "13800000998",
        "organisation": "演示二十连击公司",
        "message": "想了解厂房",
        "consent": "on",
    }
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    time.sleep(TOO_QUICK_SECONDS)

    def send(_: int) -> str:
        request = urllib.request.Request(
            url, urllib.parse.urlencode(form).encode(), {"Cookie": cookies, "Referer": url}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.url)

    with ThreadPoolExecutor(AGENTS) as pool:
        receipts = set(pool.map(send, range(AGENTS)))
    assert all("/enquiry/received/" in receipt for receipt in receipts)
    counted = product.manage(
        "shell",
        "-v0",
        "-c",
        "from crm.models import Enquiry;"
        "print(Enquiry.objects.filter(organisation='演示二十连击公司').count())",
    )
    assert counted.strip() == "1"
