"""Who may do what, and what opens which page, written a second time: a change of either table is made here as well.

From these the tests know what is to be; the program's own tables are what is tested. Pages of the console stand
without ``console:``.
"""

from __future__ import annotations

from gridwalk.accounts.rules import Role, Verb

ROLES = """
                   worker lead clerk street district inspector leading administrator
see_counts            x     x     x     x      x         .        x          .
see_rows_masked       x     x     x     x      .         .        .          .
see_rows              x     x     x     .      .         .        .          .
reveal                x     x     x     .      .         .        .          .
see_care              x     x     x     .      .         .        .          .
record_visit          x     x     x     .      .         .        .          .
walk                  x     x     .     .      .         .        .          .
edit_register         x     x     x     .      .         .        .          .
decide_difference     .     x     .     .      .         .        .          .
recheck               .     x     .     x      .         .        .          .
handle_matter         x     x     x     x      .         .        .          .
see_meeting           .     .     .     x      x         .        x          .
import_ledger         .     x     x     x      .         .        .          .
dispatch              .     x     .     x      .         .        .          .
manage_campaign       .     .     .     x      .         .        .          .
export_report         .     x     x     x      x         .        .          .
see_audit             .     x     .     x      .         .        .          x
manage_accounts       .     .     .     .      .         .        .          x
confirm_roles         .     .     .     x      .         .        .          .
manage_areas          .     .     .     .      .         .        .          x
manage_devices        .     x     .     .      .         .        .          x
regrid                .     .     .     x      .         .        .          x
investigate           .     .     .     x      .         .        .          x
draw_sample           .     .     .     x      .         .        .          .
ask_again             .     .     .     .      .         x        .          .
"""

PAGES = {
    "anybody": """
        account_login account_logout mfa_authenticate health healthz phone:shell phone:worker phone:file
        phone_api:epoch phone_api:activate phone_api:deposit
    """,
    "signed_in": """
        account_change_password account_reauthenticate mfa_reauthenticate mfa_index mfa_activate_totp
        mfa_generate_recovery_codes mfa_view_recovery_codes own_sessions own_session_end
        phone_api:openapi-json phone_api:api-root home definitions about help help_page mine
        notices notices_read notice_done
    """,
    "token": """
        metrics
    """,
    "device": """
        phone_api:lease phone_api:pull phone_api:push phone_api:device_me phone_api:dial phone_api:attachments
        phone_api:attachment
    """,
    "see_counts": """
        board wall campaign consistency workdays matters_overdue samples sample
    """,
    "see_meeting": """
        meetings meeting meeting_screen meeting_paper
    """,
    "see_rows_masked": """
        gaps buildings building building_door register list list_total list_totals list_change list_keep list_view
        search bench bench_case online dwelling person organization site facilities facility rounds overdue overdue_do
        matters matter matter_file matter_photo matter_entry_photo
    """,
    "see_rows": """
        search_id_tail
    """,
    "see_care": """
        care care_label
    """,
    "reveal": """
        reveal dial reveal_difference list_calls
    """,
    "record_visit": """
        record_rounds withdraw_round check_card care_contact care_undo care_need walk_sheet paper paper_stairwell
        record_visit withdraw_visit
    """,
    "edit_register": """
        bench_move_out bench_name_head facility_state add_facility correct propose_end merge_find merge move_find move
        renumber split_person care_new daily daily_form daily_event daily_undo
    """,
    "decide_difference": """
        bench_decide bench_decided bench_undo differences differences_list difference decide undo_decision rules
        rules_apply rules_undo batch batch_progress batch_go_on
        comparison_decide comparison_undo estates estate_decide
    """,
    "decide_difference draw_sample": """
        returned returned_decide
    """,
    "recheck": """
        erase_person rechecks recheck recheck_several takeover_late upkeep_undo
    """,
    "see_rows_masked see_care recheck decide_difference import_ledger see_audit manage_accounts": """
        choose
    """,
    "see_rows_masked regrid": """
        upkeep_plan
    """,
    "recheck manage_areas": """
        upkeep_decide
    """,
    "edit_register regrid import_ledger": """
        upkeep_withdraw
    """,
    "import_ledger": """
        imports import_upload import import_mapping import_progress import_cancel import_annotated import_undo
        unassigned
        comparisons comparison_upload comparison comparison_mapping comparison_progress comparison_cancel
        comparison_again comparison_annotated backfill backfill_workbook
        backfill_today backfill_tick backfill_untick import_template import_cells
        unassigned_take_back
    """,
    "dispatch": """
        gaps_hand_over substitutes substitute_end grants grant_revoke
    """,
    "handle_matter": """
        matter_new
    """,
    "handle_matter recheck dispatch": """
        matter_act
    """,
    "dispatch record_visit": """
        gaps_plan
    """,
    "manage_campaign": """
        meeting_plan meeting_act
        campaign_dispatch campaign_new campaign_wave campaign_change campaign_pause campaign_resume campaign_close
        campaign_reopen workdays_set workdays_forget online_set
    """,
    "export_report": """
        reports report_download gaps_export list_export list_print dossier
    """,
    "see_audit": """
        person_access audit retention
    """,
    "manage_devices": """
        devices device_code device_revoke device_confirm outbox_import badge_set badge_photo badge_remove
    """,
    "manage_accounts": """
        accounts account_new appoint account_list account_template account assign end_assignment reset_password
        reset_second_factor unlock change_work_phone change_staff_number account_deactivate handover_undo
    """,
    "confirm_roles": """
        roles roles_decide reset_decide import_release comparison_release
    """,
    "manage_areas manage_campaign": """
        setting_up
    """,
    "manage_areas": """
        about_operator about_desk areas areas_pick areas_take_back add_grids rename_grid
    """,
    "regrid": """
        grid_plans grid_plan_new grid_plan_reverse
    """,
    "draw_sample": """
        sample_new sample_step sample_give
    """,
    "ask_again": """
        sampled_doors sampled_door sampled_door_dial sampled_door_approach sampled_door_answer sampled_door_leave
        stairwell
    """,
    "investigate": """
        investigations investigation investigation_decide investigation_entries
    """,
}
LISTS = {
    "see_rows_masked": "gaps gap_person gap_dwelling gap_site matters",
    "see_care": "due labels places needs",
    "decide_difference": "waiting",
    "recheck": "visits ends plans",
    "import_ledger": "imports comparisons",
    "see_audit": "acts",
    "manage_accounts": "people",
}
"""Whose the lists of other pages are: who may ask and sort them."""

OUTSIDE = ("account_change", "account_log", "account_reauth", "mfa_", "phone", "healthz", "metrics")
"""What the names of pages begin with that are not the console's."""


def may() -> dict[Role, frozenset[Verb]]:
    """The verbs of each role."""
    heads, *lines = ROLES.split("\n")[1:-1]
    roles = dict(zip(heads.split(), Role, strict=True))
    cells = {verb: dict(zip(roles, marks, strict=True)) for verb, *marks in map(str.split, lines)}
    return {role: frozenset(Verb(v) for v, of in cells.items() if of[name] == "x") for name, role in roles.items()}


def guards() -> dict[str, str]:
    """What opens each page: the words of its guard."""
    return {
        name if name.startswith(OUTSIDE) else f"console:{name}": guard
        for guard, names in PAGES.items()
        for name in names.split()
    }


def opens(guard: str, role: Role) -> bool:
    """Whether a page of that guard opens for somebody of the role who is signed in."""
    if guard in {"anybody", "signed_in"}:
        return True
    return guard not in {"token", "device"} and not may()[role].isdisjoint(Verb(verb) for verb in guard.split())
