"""The table of pages: which verb opens which URL. A URL that is not in it opens for nobody
(tests/security/test_permissions.py).

A verb opens the page for whoever holds it somewhere; which rows are inside is judged again by every query.
"""

from __future__ import annotations

import enum

from gridwalk.accounts.rules import Verb, Viewer


class Open(enum.Enum):
    """Pages that no verb guards."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed_in"
    DEVICE = "device"
    """A phone's own signature, checked by the phone's API; no session opens it."""
    TOKEN = "token"  # noqa: S105 the word for how such a page is opened, no secret
    """A monitoring system's token, checked by the page; no session opens it."""


Guard = Verb | frozenset[Verb] | Open
"""A verb, one of several, or open."""


def opens(guard: Guard, viewer: Viewer) -> bool:
    """Whether a page opens for somebody who is signed in."""
    if isinstance(guard, Open):
        return True
    return any(viewer.may_anywhere(verb) for verb in (guard if isinstance(guard, frozenset) else [guard]))


PAGES: dict[str, Guard] = {
    # sign-in
    "account_login": Open.ANYBODY,
    "account_logout": Open.ANYBODY,
    "account_change_password": Open.SIGNED_IN,
    "account_reauthenticate": Open.SIGNED_IN,
    "mfa_authenticate": Open.ANYBODY,
    "mfa_reauthenticate": Open.SIGNED_IN,
    "mfa_index": Open.SIGNED_IN,
    "mfa_activate_totp": Open.SIGNED_IN,
    "mfa_generate_recovery_codes": Open.SIGNED_IN,
    "mfa_view_recovery_codes": Open.SIGNED_IN,
    "console:own_sessions": Open.SIGNED_IN,
    "console:own_session_end": Open.SIGNED_IN,
    # running
    "console:health": Open.ANYBODY,
    "healthz": Open.ANYBODY,
    "metrics": Open.TOKEN,
    # the phone
    "phone:shell": Open.ANYBODY,
    "phone:worker": Open.ANYBODY,
    "phone:file": Open.ANYBODY,
    "phone_api:openapi-json": Open.SIGNED_IN,
    "phone_api:api-root": Open.SIGNED_IN,
    "phone_api:epoch": Open.ANYBODY,
    "phone_api:activate": Open.ANYBODY,
    "phone_api:deposit": Open.ANYBODY,
    "phone_api:lease": Open.DEVICE,
    "phone_api:pull": Open.DEVICE,
    "phone_api:push": Open.DEVICE,
    "phone_api:device_me": Open.DEVICE,
    "phone_api:dial": Open.DEVICE,
    "phone_api:attachments": Open.DEVICE,
    "phone_api:attachment": Open.DEVICE,
    # overview
    "console:home": Open.SIGNED_IN,
    "console:board": Verb.SEE_COUNTS,
    "console:wall": Verb.SEE_COUNTS,
    "console:definitions": Open.SIGNED_IN,
    "console:gaps": Verb.SEE_ROWS_MASKED,
    "console:gaps_plan": frozenset({Verb.DISPATCH, Verb.RECORD_VISIT}),
    "console:gaps_hand_over": Verb.DISPATCH,
    "console:buildings": Verb.SEE_ROWS_MASKED,
    "console:building": Verb.SEE_ROWS_MASKED,
    "console:building_door": Verb.SEE_ROWS_MASKED,
    # the register
    "console:register": Verb.SEE_ROWS_MASKED,
    "console:list": Verb.SEE_ROWS_MASKED,
    "console:list_total": Verb.SEE_ROWS_MASKED,
    "console:list_change": Verb.SEE_ROWS_MASKED,
    "console:list_keep": Verb.SEE_ROWS_MASKED,
    "console:list_view": Verb.SEE_ROWS_MASKED,
    "console:list_calls": Verb.REVEAL,
    "console:list_export": Verb.EXPORT_REPORT,
    "console:search": Verb.SEE_ROWS_MASKED,
    "console:search_id_tail": Verb.SEE_ROWS,
    "console:bench": Verb.SEE_ROWS_MASKED,
    "console:bench_case": Verb.SEE_ROWS_MASKED,
    "console:bench_decide": Verb.DECIDE_DIFFERENCE,
    "console:bench_move_out": Verb.EDIT_REGISTER,
    "console:bench_name_head": Verb.EDIT_REGISTER,
    "console:bench_decided": Verb.DECIDE_DIFFERENCE,
    "console:bench_undo": Verb.DECIDE_DIFFERENCE,
    "console:dwelling": Verb.SEE_ROWS_MASKED,
    "console:person": Verb.SEE_ROWS_MASKED,
    "console:person_access": Verb.SEE_AUDIT,
    "console:erase_person": Verb.RECHECK,
    "console:organization": Verb.SEE_ROWS_MASKED,
    "console:site": Verb.SEE_ROWS_MASKED,
    "console:facilities": Verb.SEE_ROWS_MASKED,
    "console:facility": Verb.SEE_ROWS_MASKED,
    "console:facility_state": Verb.EDIT_REGISTER,
    "console:add_facility": Verb.EDIT_REGISTER,
    "console:rounds": Verb.SEE_ROWS_MASKED,
    "console:record_rounds": Verb.RECORD_VISIT,
    "console:withdraw_round": Verb.RECORD_VISIT,
    "console:correct": Verb.EDIT_REGISTER,
    "console:propose_end": Verb.EDIT_REGISTER,
    "console:reveal": Verb.REVEAL,
    "console:dial": Verb.REVEAL,
    "console:check_card": Verb.RECORD_VISIT,
    "console:rechecks": Verb.RECHECK,
    "console:recheck": Verb.RECHECK,
    "console:takeover_late": Verb.RECHECK,
    "console:merge_find": Verb.EDIT_REGISTER,
    "console:merge": Verb.EDIT_REGISTER,
    "console:move_find": Verb.EDIT_REGISTER,
    "console:move": Verb.EDIT_REGISTER,
    "console:renumber": Verb.EDIT_REGISTER,
    "console:split_person": Verb.EDIT_REGISTER,
    "console:upkeep_plan": frozenset({Verb.SEE_ROWS_MASKED, Verb.REGRID}),
    "console:upkeep_decide": frozenset({Verb.RECHECK, Verb.MANAGE_AREAS}),
    "console:upkeep_withdraw": frozenset({Verb.EDIT_REGISTER, Verb.REGRID, Verb.IMPORT_LEDGER}),
    "console:upkeep_undo": Verb.RECHECK,
    "console:care": Verb.SEE_CARE,
    "console:care_contact": Verb.RECORD_VISIT,
    "console:care_new": Verb.EDIT_REGISTER,
    "console:care_label": Verb.SEE_CARE,
    "console:care_need": Verb.RECORD_VISIT,
    # daily changes
    "console:daily": Verb.EDIT_REGISTER,
    "console:daily_form": Verb.EDIT_REGISTER,
    "console:daily_event": Verb.EDIT_REGISTER,
    "console:daily_undo": Verb.EDIT_REGISTER,
    "console:overdue": Verb.SEE_ROWS_MASKED,
    "console:overdue_do": Verb.SEE_ROWS_MASKED,
    # differences
    "console:differences": Verb.DECIDE_DIFFERENCE,
    "console:difference": Verb.DECIDE_DIFFERENCE,
    "console:decide": Verb.DECIDE_DIFFERENCE,
    "console:undo_decision": Verb.DECIDE_DIFFERENCE,
    "console:rules": Verb.DECIDE_DIFFERENCE,
    "console:rules_apply": Verb.DECIDE_DIFFERENCE,
    "console:rules_undo": Verb.DECIDE_DIFFERENCE,
    "console:batch": Verb.DECIDE_DIFFERENCE,
    "console:batch_progress": Verb.DECIDE_DIFFERENCE,
    "console:batch_go_on": Verb.DECIDE_DIFFERENCE,
    "console:reveal_difference": Verb.REVEAL,
    # campaign and visits
    "console:campaign": Verb.SEE_COUNTS,
    "console:campaign_dispatch": Verb.MANAGE_CAMPAIGN,
    "console:campaign_new": Verb.MANAGE_CAMPAIGN,
    "console:workdays": Verb.SEE_COUNTS,
    "console:workdays_set": Verb.MANAGE_CAMPAIGN,
    "console:workdays_forget": Verb.MANAGE_CAMPAIGN,
    "console:substitutes": Verb.DISPATCH,
    "console:substitute_end": Verb.DISPATCH,
    "console:walk_sheet": Verb.RECORD_VISIT,
    "console:paper": Verb.RECORD_VISIT,
    "console:paper_stairwell": Verb.RECORD_VISIT,
    "console:record_visit": Verb.RECORD_VISIT,
    "console:withdraw_visit": Verb.RECORD_VISIT,
    # ledgers
    "console:imports": Verb.IMPORT_LEDGER,
    "console:import_upload": Verb.IMPORT_LEDGER,
    "console:import": Verb.IMPORT_LEDGER,
    "console:import_mapping": Verb.IMPORT_LEDGER,
    "console:import_progress": Verb.IMPORT_LEDGER,
    "console:import_cancel": Verb.IMPORT_LEDGER,
    "console:import_annotated": Verb.IMPORT_LEDGER,
    "console:import_undo": Verb.IMPORT_LEDGER,
    "console:import_release": Verb.CONFIRM_ROLES,
    "console:unassigned": Verb.IMPORT_LEDGER,
    # comparisons
    "console:comparisons": Verb.IMPORT_LEDGER,
    "console:comparison_upload": Verb.IMPORT_LEDGER,
    "console:comparison": Verb.IMPORT_LEDGER,
    "console:comparison_mapping": Verb.IMPORT_LEDGER,
    "console:comparison_progress": Verb.IMPORT_LEDGER,
    "console:comparison_cancel": Verb.IMPORT_LEDGER,
    "console:comparison_again": Verb.IMPORT_LEDGER,
    "console:comparison_annotated": Verb.IMPORT_LEDGER,
    "console:comparison_release": Verb.CONFIRM_ROLES,
    "console:comparison_decide": Verb.DECIDE_DIFFERENCE,
    "console:comparison_undo": Verb.DECIDE_DIFFERENCE,
    "console:consistency": Verb.SEE_COUNTS,
    "console:backfill": Verb.IMPORT_LEDGER,
    "console:backfill_workbook": Verb.IMPORT_LEDGER,
    # phones
    "console:devices": Verb.MANAGE_DEVICES,
    "console:device_code": Verb.MANAGE_DEVICES,
    "console:device_revoke": Verb.MANAGE_DEVICES,
    "console:device_confirm": Verb.MANAGE_DEVICES,
    "console:outbox_import": Verb.MANAGE_DEVICES,
    "console:badge_set": Verb.MANAGE_DEVICES,
    "console:badge_photo": Verb.MANAGE_DEVICES,
    "console:badge_remove": Verb.MANAGE_DEVICES,
    "console:note_photo": Verb.DECIDE_DIFFERENCE,
    "console:returned": Verb.DECIDE_DIFFERENCE,
    "console:returned_decide": Verb.DECIDE_DIFFERENCE,
    # reports, audit, settings
    "console:reports": Verb.EXPORT_REPORT,
    "console:report_download": Verb.EXPORT_REPORT,
    "console:audit": Verb.SEE_AUDIT,
    "console:mine": Open.SIGNED_IN,
    "console:investigations": Verb.INVESTIGATE,
    "console:investigation": Verb.INVESTIGATE,
    "console:investigation_decide": Verb.INVESTIGATE,
    "console:investigation_entries": Verb.INVESTIGATE,
    "console:retention": Verb.SEE_AUDIT,
    "console:accounts": Verb.MANAGE_ACCOUNTS,
    "console:account_new": Verb.MANAGE_ACCOUNTS,
    "console:account_list": Verb.MANAGE_ACCOUNTS,
    "console:account_template": Verb.MANAGE_ACCOUNTS,
    "console:account": Verb.MANAGE_ACCOUNTS,
    "console:assign": Verb.MANAGE_ACCOUNTS,
    "console:end_assignment": Verb.MANAGE_ACCOUNTS,
    "console:handover_undo": Verb.MANAGE_ACCOUNTS,
    "console:reset_password": Verb.MANAGE_ACCOUNTS,
    "console:reset_second_factor": Verb.MANAGE_ACCOUNTS,
    "console:change_work_phone": Verb.MANAGE_ACCOUNTS,
    "console:unlock": Verb.MANAGE_ACCOUNTS,
    "console:roles": Verb.CONFIRM_ROLES,
    "console:roles_decide": Verb.CONFIRM_ROLES,
    "console:reset_decide": Verb.CONFIRM_ROLES,
    "console:notices": Open.SIGNED_IN,
    "console:notices_read": Open.SIGNED_IN,
    "console:notice_done": Open.SIGNED_IN,
    "console:areas": Verb.MANAGE_AREAS,
    "console:add_grids": Verb.MANAGE_AREAS,
    "console:rename_grid": Verb.MANAGE_AREAS,
    "console:grid_plans": Verb.REGRID,
    "console:grid_plan_new": Verb.REGRID,
    "console:grid_plan_reverse": Verb.REGRID,
}
