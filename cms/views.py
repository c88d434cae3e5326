"""The enquiry form's pages: works without JavaScript, without a session, once per form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from cms import tokens
from cms.featured import FeaturedPark
from cms.forms import CONSENT_VERSION, EnquiryForm
from cms.models import ParkPage
from crm import public

# The longest honest form: every field full, three bytes a character, percent-encoded.
LARGEST_BODY = 64 * 1024
MOST_FIELDS = 40

# The ledger's own words that the English site translates.
LEDGER_WORDS = (
    gettext_noop("待研判"),
    gettext_noop("已受理"),
    gettext_noop("未受理"),
    gettext_noop("电话号码不对：请填 11 位手机号、带区号的座机，或以 + 开头的国际号码。"),
)

View = Callable[..., HttpResponse]


def _small_bodies_only(view: View) -> View:
    """Refuse a flood before it is read; Django's own limit does not count uploaded files."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # Django reads nothing where the length is no number.
        if str(length).isdecimal() and int(length) > LARGEST_BODY:
            return _error(request, 413, _("提交的内容太长，请缩短后再试，或直接拨打园区电话。"))
        return view(request, *args, **kwargs)

    return guarded


def _private(view: View) -> View:
    """A page about one enquiry: not for caches, not for search engines."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_GET
def enquiries(request: HttpRequest) -> HttpResponse:
    """Which park is the enquiry for? With one featured park there is nothing to ask."""
    pages = ParkPage.objects.live().public().order_by("path")
    pages = pages.filter(locale__language_code=translation.get_language())
    parks = [FeaturedPark(page, public.park_card(page.park_slug)) for page in pages]
    parks = [park for park in parks if park.card]
    if len(parks) == 1:
        return HttpResponseRedirect(reverse("cms:enquiry", args=[parks[0].page.park_slug]))
    return render(request, "cms/enquiries.html", {"parks": parks})


# CSRF is checked inside the size guard: checking it reads the body.
@csrf_exempt
@_small_bodies_only
@csrf_protect
@_private
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry(request: HttpRequest, park_slug: str) -> HttpResponse:
    page, card = _featured(park_slug)
    if request.method != "POST":
        return _form_page(request, page, card, EnquiryForm.fresh())
    if len(request.POST) > MOST_FIELDS:
        return _error(request, 400, _("提交的内容不完整，请回到园区页面重新填写。"))
    form = EnquiryForm(request.POST, auto_id="enquiry-%s", label_suffix="")
    if form.is_trapped:
        # The same answer as success, so that a program learns nothing; nothing is stored.
        return _thank(tokens.decoy_code(), park_slug)
    if not form.is_valid():
        return _form_page(request, page, card, form, status=400)
    try:
        token = tokens.token_value(form.cleaned_data["token"])
    except tokens.TooQuick:
        return _form_page(request, page, card, form, 400, _("提交得太快了，请核对内容后再按一次。"))
    except tokens.NotOurs:
        form.data = form.data.copy()
        form.data["token"] = tokens.new_token()
        notice = _("页面放置太久，已为您更新；内容都还在，请再按一次提交。")
        return _form_page(request, page, card, form, 400, notice)
    try:
        receipt = _receive(request, form, token, park_slug, page)
    except public.Refused as refusal:
        return _refused(request, page, card, form, refusal)
    return _thank(receipt.code, park_slug)


@_private
@require_GET
def received(request: HttpRequest, signed: str) -> HttpResponse:
    """Thanks, the receipt code, and what happens next."""
    note = tokens.read_receipt(signed)
    if note is None:
        raise Http404
    context = {"code": note.code, "card": public.park_card(note.park_slug)}
    return render(request, "cms/enquiry_received.html", context)


@_private
@require_GET
def status(request: HttpRequest, code: str) -> HttpResponse:
    """How far the enquiry is, for whoever holds its code; no personal data is shown."""
    found = public.enquiry_status(code)
    if found is None:
        raise Http404
    slugs = {name: slug for slug, name in public.park_choices()}
    card = public.park_card(slugs.get(found.park_name, ""))
    context = {"code": code, "status": found, "state": _(found.state), "card": card}
    return render(request, "cms/enquiry_status.html", context)


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/desk/", "/cms/", "/api/", "/login/", "/fill/")),
        *(f"Disallow: {path}" for path in ("/enquiry/status/", "/en/enquiry/status/")),
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _featured(park_slug: str) -> tuple[ParkPage, public.ParkCard]:
    """The park's live page, in the visitor's language where there is one."""
    pages = list(
        ParkPage.objects.live().public().filter(park_slug=park_slug).select_related("locale")
    )
    card = public.park_card(park_slug) if pages else None
    if card is None:
        raise Http404
    now = translation.get_language()
    return next((page for page in pages if page.locale.language_code == now), pages[0]), card


def _receive(
    request: HttpRequest, form: EnquiryForm, token: str, park_slug: str, page: ParkPage
) -> public.Receipt:
    fields = form.cleaned_data
    data = public.EnquiryData(
        name=fields["name"],
        organisation=fields["organisation"],
        phone=fields["phone"],
        email=fields["email"],
        industry=fields["industry"],
        investment=fields["investment"],
        message=fields["message"],
        consent=fields["consent"],
        consent_version=CONSENT_VERSION,
        park_slug=park_slug,
        token=token,
        source=page.get_url(request) or request.path,
        language=translation.get_language() or "zh-hans",
    )
    return public.receive_enquiry(data, ip=public.client_ip(request))


def _refused(
    request: HttpRequest,
    page: ParkPage,
    card: public.ParkCard,
    form: EnquiryForm,
    refusal: public.Refused,
) -> HttpResponse:
    """The ledger's refusal at its field, or above the form."""
    if refusal.code == "too_many":
        notice = _("提交次数太多，请一小时后再试，或直接拨打园区电话。")
        return _form_page(request, page, card, form, 429, notice)
    notice = ""
    for field, reason in refusal.fields.items():
        if field in form.fields:
            form.add_error(field, _(reason))
    if not form.errors:
        notice = _(refusal.reason)
    return _form_page(request, page, card, form, 400, notice)


def _form_page(
    request: HttpRequest,
    page: ParkPage,
    card: public.ParkCard,
    form: EnquiryForm,
    status: int = 200,
    notice: str = "",
) -> HttpResponse:
    """`page` is not passed as the page shown: the form has an address and languages of its own."""
    context = {"park_page": page, "card": card, "form": form, "notice": notice}
    return render(request, "cms/enquiry.html", context, status=status)


def _thank(code: str, park_slug: str) -> HttpResponse:
    signed = tokens.sign_receipt(code, park_slug)
    return HttpResponseRedirect(reverse("cms:received", args=[signed]))


def _error(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    return render(request, "cms/enquiry_error.html", {"reason": reason}, status=status)
