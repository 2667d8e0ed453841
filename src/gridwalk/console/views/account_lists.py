"""批量新增账号: accounts and their roles out of a workbook, or rows copied out of one, all or none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from gridwalk.accounts import queries
from gridwalk.accounts.actions import AccountError
from gridwalk.accounts.lists import actions, rules, template
from gridwalk.accounts.lists.rules import CellFault, Line, ListRefused, Standing, Table
from gridwalk.accounts.rules import LABELS
from gridwalk.console import downloads
from gridwalk.console.middleware import Signed
from gridwalk.console.pages import page
from gridwalk.console.views.accounts import scopes_of
from gridwalk.core import clock
from gridwalk.ledger import cells
from gridwalk.ledger.errors import LedgerError


@require_http_methods(["GET", "POST"])
def account_list(request: Signed) -> HttpResponse:
    """Accounts with one-time passwords, told once; roles that see rows then wait for the street centre."""
    places = {name: scope for scope, name in scopes_of(request.viewer)}
    faults: tuple[CellFault, ...] = ()
    if request.method == "POST":
        try:
            people = actions.add_people(actor=request.viewer, at=request.at, lines=_lines(request, places))
        except ListRefused as error:
            faults = error.faults
            messages.error(request, str(error))
        except (AccountError, LedgerError) as error:
            messages.error(request, str(error))
        else:
            names = {scope: name for name, scope in places.items()}
            slips = [(person, LABELS[person.role], names[person.scope]) for person in people]
            told = {"slips": slips, "host": request.get_host()}
            return page(request, "console/accounts/passwords_once.html", told, active="console:accounts")
    context = {
        "typed": request.POST.get("list", ""),
        "faults": faults,
        "columns": rules.COLUMNS.values(),
        "roles": LABELS.values(),
        "places": places,
        "most": rules.MOST,
    }
    return page(request, "console/accounts/several.html", context, active="console:accounts")


def _lines(request: Signed, places: dict[str, str]) -> list[Line]:
    standing = Standing(
        places=places,
        taken=queries.sign_in_names(),
        numbers=queries.staff_numbers(),
        phones=queries.work_phones(),
        posts=queries.posts_held(clock.local_date(request.at)),
    )
    return rules.lines(_table(request), standing)


def _table(request: Signed) -> Table:
    """The workbook, read and not kept, or what was pasted. Raises LedgerError, ListRefused."""
    file = request.FILES.get("file")
    if file is None:
        return rules.pasted(request.POST.get("list", ""))
    _, sheets = cells.read(file.read(), file.name or "名单")
    return rules.of_sheet(next((sheet.rows for sheet in sheets if not sheet.hidden), []))


@require_GET
def account_template(request: Signed) -> HttpResponse:
    """The workbook to fill in."""
    data = template.workbook(name for _, name in scopes_of(request.viewer))
    return downloads.workbook(request, "账号名单模板.xlsx", data)
