"""从这里开始: the first steps of an empty county, ticked off by facts; and clearing the demo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from crm import access
from crm.access import Action, Role
from crm.actions.demo import county
from crm.errors import Hidden
from crm.models import ImportBatch, Park, Project, Team, User
from crm.views.base import desk

COOKIE = "start_hidden"
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Step:
    label: str
    help: str
    is_done: bool
    url: str = ""


@dataclass(frozen=True)
class Start:
    """steps: empty where there is nothing to begin, or it was put away on this device."""

    steps: list[Step] = field(default_factory=list)
    may_clear_demo: bool = False

    @property
    def open_count(self) -> int:
        return sum(not step.is_done for step in self.steps)


def may_clear(user: Any) -> bool:
    return bool(
        settings.DEMO_ALLOWED and access.can(user, Action.CHANGE, "democounty") and county.loaded()
    )


def of(user: Any, *, is_hidden: bool = False) -> Start:
    """For those who set a county up: its statistician and heads of team."""
    may_clear_demo = may_clear(user)
    if is_hidden or user.role not in (Role.STATISTICIAN, Role.TEAMLEAD) or county.loaded():
        return Start(may_clear_demo=may_clear_demo)
    steps = _steps(user)
    is_begun = all(step.is_done for step in steps)
    return Start([] if is_begun else steps, may_clear_demo)


def _steps(user: Any) -> list[Step]:
    def page(name: str, *args: str, noun: str = "project", action: Action = Action.REGISTER) -> str:
        return reverse(name, args=args) if access.can(user, action, noun) else ""

    staff = User.objects.filter(is_active=True, is_demo=False)
    return [
        Step("登记园区", "由统计员登记，项目落户、报告分园区都用它", Park.objects.exists(),
             page("desk-new", "parks", noun="park")),
        Step("设招商科室", "由统计员登记，项目按科室分看", Team.objects.exists(),
             page("desk-new", "teams", noun="team")),
        Step("开通招商专员账号", "由系统管理员在服务器上运行 manage.py add_user",
             staff.filter(role=Role.OFFICER).exists()),
        Step("登记第一条线索", "名称和来源就够了，其余以后补", Project.objects.exists(),
             page("desk-new", "projects")),
        Step("导入现有台账", "Excel、CSV 原样导入，先看结果再写入",
             ImportBatch.objects.filter(is_demo=False, reverted_at=None).exists(),
             page("desk-import", action=Action.IMPORT)),
    ]  # fmt: skip


@desk
@require_POST
def hide(request: HttpRequest) -> HttpResponse:
    """Puts the list away on this device; what it asks for is in the menu anyway."""
    answer = redirect("desk")
    answer.set_cookie(COOKIE, "1", max_age=A_YEAR, httponly=True, samesite="Lax")
    return answer


@desk
def clear_demo(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays, and does it once that was read."""
    user: Any = request.user
    access.require_noun(user, Action.CHANGE, "democounty")
    if not may_clear(user):
        raise Hidden()
    problem = ""
    if request.method == "POST":
        if request.POST.get("sure"):
            return _cleared(request, user)
        problem = "请先勾选“我知道删除后不能撤销”。"
    return render(
        request,
        "crm/clear_demo.html",
        {"is_demo_account": user.is_demo, "problem": problem},
        status=400 if problem else 200,
    )


def _cleared(request: HttpRequest, user: Any) -> HttpResponse:
    was_demo = user.is_demo
    cleared = county.clear(by=user)
    said = "演示数据已清除，日期恢复为今天。"
    if cleared and cleared.kept:
        names = "、".join(f"{row._meta.verbose_name}“{row}”" for row in cleared.kept)
        said += f"还被用到的保留为正式数据：{names}。"
    if was_demo:
        logout(request)
        return redirect("login")
    messages.success(request, said)
    return redirect("desk")
