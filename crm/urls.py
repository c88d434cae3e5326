"""Addresses of the ledger: the desk, the API, the one login."""

from django.contrib.auth import views as auth
from django.urls import include, path, re_path

from crm.views import (
    board,
    corrections,
    enquiries,
    exports,
    files,
    followups,
    home,
    imports,
    ledgers,
    lists,
    palette,
    people,
    projects,
    search,
    signin,
    similar,
    small,
    verbs,
)

desk = [
    path("", home.home, name="desk"),
    path("board/", board.board, name="desk-board"),
    path("board/<int:pk>/move/", board.move, name="desk-board-move"),
    path("search/", search.search, name="desk-search"),
    path("palette/", palette.palette, name="desk-palette"),
    path("money/", small.money_echo, name="desk-money"),
    path("similar/<slug:key>/", similar.similar, name="desk-similar"),
    path("suggest/<slug:key>/", small.suggest, name="desk-suggest"),
    path("files/<int:pk>/", files.stored_file, name="desk-file"),
    path("me/", followups.me, name="desk-me"),
    path("follow-up/", followups.pick, name="desk-pick"),
    path("report/", include("crm.views.report_urls")),
    path("enquiries/", enquiries.inbox, name="desk-enquiries"),
    path("enquiries/<int:pk>/", enquiries.enquiry, name="desk-enquiry"),
    path("enquiries/<int:pk>/accept/", enquiries.accept, name="desk-accept"),
    path("enquiries/<int:pk>/decline/", enquiries.decline, name="desk-decline"),
    path("enquiries/<int:pk>/reveal/", people.reveal_enquirer, name="desk-reveal-enquirer"),
    path("import/", imports.start, name="desk-import"),
    path("import/commit/", imports.commit, name="desk-import-commit"),
    path("import/errors/", imports.errors, name="desk-import-errors"),
    path("import/<int:pk>/revert/", imports.revert, name="desk-import-revert"),
    path("import/template/<slug:key>/", imports.template, name="desk-import-template"),
    path("moves/<int:pk>/correct/", corrections.correct, name="desk-correct"),
    path("contacts/<int:pk>/reveal/", people.reveal_contact, name="desk-reveal-contact"),
    path("projects/<int:pk>/", projects.project, name="desk-project"),
    path("projects/<int:pk>/follow-up/", followups.follow_up, name="desk-follow-up"),
    path("projects/<int:pk>/move/", verbs.move, name="desk-move"),
    path("projects/<int:pk>/agreement/", verbs.agreement, name="desk-agreement"),
    path("<slug:key>/", lists.row_list, name="desk-list"),
    path("<slug:key>/export/", exports.row_export, name="desk-export"),
    path("<slug:key>/new/", ledgers.row_new, name="desk-new"),
    path("<slug:key>/<int:pk>/", ledgers.row_detail, name="desk-row"),
    path("<slug:key>/<int:pk>/edit/", ledgers.row_edit, name="desk-edit"),
    re_path(r"^(?P<rest>.*)/$", small.missing),
]

urlpatterns = [
    path("login/", signin.Login.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("api/", include("crm.api.urls")),
    path("desk/", include(desk)),
]
