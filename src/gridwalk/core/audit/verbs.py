"""The verbs of the audit: what was done, each with its words. Pure.

A verb is never renamed, for it is stored; one that nothing writes any more stays as long as entries have it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Self


@enum.unique
class AuditVerb(enum.StrEnum):
    """``code, words[, mark, told[, look]]``: ``words`` stand in 操作记录.

    ``mark``: the one character before it in the history of the record it was done to, which without a mark does not
    tell it; ``told``: how the history says it, where that is more than ``words``. ``look``: how 查阅记录 says it to the
    person who was looked at.
    """

    words: str
    mark: str
    told: str
    look: str

    def __new__(cls, code: str, words: str = "", mark: str = "", told: str = "", look: str = "") -> Self:
        verb = str.__new__(cls, code)
        verb._value_ = code
        verb.words, verb.mark, verb.told, verb.look = words, mark, told or words, look
        return verb

    def sentence(self, data: Mapping[str, Any]) -> str:
        """The words, with how many where an entry has a number."""
        n = data.get("n") or data.get("rows")
        return f"{self.words}（{n:,}）" if isinstance(n, int) else self.words

    # 账号、授权、手机
    ACCOUNT_APPOINTED = "account.appointed", "设了责任人"
    ACCOUNT_ASSIGNED = "account.assigned", "添加了岗位"
    ACCOUNT_CREATED = "account.created", "建了账号"
    ACCOUNT_DEACTIVATED = "account.deactivated", "停用了账号"
    ACCOUNT_NUMBER_CHANGED = "account.number_changed", "改了工号"
    ACCOUNT_PASSWORD_AGED = "account.password_aged", "密码到期，要换"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed", "换了密码"
    ACCOUNT_PASSWORD_RESET = "account.password_reset", "重置了密码"
    ACCOUNT_PHONE_CHANGED = "account.phone_changed", "改了工作电话"
    ACCOUNT_RESET_ASKED = "account.reset_asked", "申请重置密码或动态码，待确认"
    ACCOUNT_RESET_DECLINED = "account.reset_declined", "没有同意重置"
    ACCOUNT_RESUMED = "account.resumed", "撤销了停用"
    ACCOUNT_ROLE_DECLINED = "account.role_declined", "没有同意岗位"
    ACCOUNT_ROLE_PROPOSED = "account.role_proposed", "提交了岗位，待确认"
    ACCOUNT_SIGNED_IN = "account.signed_in", "登录了"
    ACCOUNT_SIGN_IN_FAILED = "account.sign_in_failed", "登录失败"
    ACCOUNT_SESSIONS_ENDED = "account.sessions_ended", "退出了其他登录"
    ACCOUNT_SECOND_FACTOR_RESET = "account.second_factor_reset", "重置了动态码"
    ACCOUNT_SUBSTITUTE_ENDED = "account.substitute_ended", "提前结束了代班"
    ACCOUNT_SUBSTITUTE_NAMED = "account.substitute_named", "安排了代班"
    ACCOUNT_UNASSIGNED = "account.unassigned", "停用了岗位"
    ACCOUNT_UNLOCKED = "account.unlocked", "解除了锁定"
    NOTICE_DONE = "notice.done", "办结了一条通知"
    GRANT_GIVEN = "grant.given", "临时授权"
    GRANT_REVOKED = "grant.revoked", "收回了临时授权"
    DEVICE_ACTIVATED = "device.activated", "绑定了手机"
    DEVICE_CLONED = "device.cloned", "给手机副本另立身份"
    DEVICE_CONFIRMED = "device.confirmed", "确认了手机副本"
    DEVICE_CODE_MADE = "device.code_made", "生成了激活码"
    DEVICE_REVOKED = "device.revoked", "停用了手机"
    BADGE_PHOTO_SET = "badge.photo_set", "上传了工牌照片"
    BADGE_PHOTO_REMOVED = "badge.photo_removed", "删除了工牌照片"
    # 区划和网格
    AREAS_LOADED = "areas.loaded", "导入了区划"
    AREAS_DESK_SET = "areas.desk_set", "改了社区的值班电话"
    OPERATOR_NAMED = "operator.named", "登记了运营单位和备案编号"
    AREAS_TAKEN_BACK = "areas.taken_back", "撤销了区划、网格"
    GRIDS_CREATED = "grids.created", "建了网格"
    GRIDS_BUILDINGS_ASSIGNED = "grids.buildings_assigned", "把楼划入了网格"
    GRIDS_ASSIGNMENT_UNDONE = "grids.assignment_undone", "撤销了划入网格"
    GRIDS_REPLACED = "grids.replaced", "拆并了网格"
    GRIDS_RENAMED = "grids.renamed", "改了网格名称"
    WORKDAYS_SET = "workdays.set", "登记了本单位的工作日"
    WORKDAYS_FORGOTTEN = "workdays.forgotten", "取消了登记的工作日"
    GRIDS_PLAN_PROPOSED = "grids.plan_proposed", "提出了拆并方案"
    GRIDS_PLAN_DONE = "grids.plan_done", "复核同意拆并"
    GRIDS_PLAN_REJECTED = "grids.plan_rejected", "复核不同意拆并"
    GRIDS_PLAN_WITHDRAWN = "grids.plan_withdrawn", "撤回了拆并方案"
    # 行动和走访
    CAMPAIGN_CLOSED = "campaign.closed", "结束了行动"
    CAMPAIGN_CHANGED = "campaign.changed", "修改了行动的安排"
    CAMPAIGN_CREATED = "campaign.created", "建了行动"
    CAMPAIGN_PAUSED = "campaign.paused", "暂停了行动"
    CAMPAIGN_REOPENED = "campaign.reopened", "撤销了行动的结束"
    CAMPAIGN_RESUMED = "campaign.resumed", "恢复了行动"
    WAVE_DISPATCHED = "wave.dispatched", "下派了一批"
    TARGETS_JOINED = "targets.joined", "并进了走访"
    TARGETS_PLANNED = "targets.planned", "排了走访"
    TARGETS_REASSIGNED = "targets.reassigned", "改派"
    TARGET_HANDED_BACK = "target.handed_back", "退回了任务"
    TARGET_RECHECKED = "target.rechecked", "复核了走访结果", "核"
    VISIT_RECORDED = "visit.recorded", "记了走访"
    VISIT_WITHDRAWN = "visit.withdrawn", "撤销了走访", "撤", "撤销了一次走访"
    MATTER_NOTED = "matter.noted", "上门记了隐患或诉求"
    MATTER_OPENED = "matter.opened", "立了事项"
    MATTER_MOVED = "matter.moved", "办了事项的一步"
    MATTER_PRESSED = "matter.pressed", "督办了事项"
    MATTER_FILE_OPENED = "matter.file_opened", "看了事项的佐证"
    SAMPLE_PLANNED = "sample.planned", "安排了抽查"
    SAMPLE_COMMITTED = "sample.committed", "封存了抽签号"
    SAMPLE_FROZEN = "sample.frozen", "冻结了抽查的名单"
    SAMPLE_DRAWN = "sample.drawn", "抽了签"
    SAMPLE_REVEALED = "sample.revealed", "公布了抽签号"
    SAMPLE_GIVEN = "sample.given", "把抽中的户派给了核查员"
    SAMPLE_INSTALMENT = "sample.instalment", "验收抽查抽了下一批"
    SAMPLE_DOOR_TRIED = "sample.door_tried", "抽中的户去问过，没问到"
    SAMPLE_DOOR_ASKED = "sample.door_asked", "问了抽中的一户"
    SAMPLE_STAIRWELL_LISTED = "sample.stairwell_listed", "把抽中的单元重新点了门"
    MEETING_PLANNED = "meeting.planned", "排了座谈会"
    MEETING_CHANGED = "meeting.changed", "修改了座谈会的安排"
    MEETING_HELD = "meeting.held", "开了座谈会"
    MEETING_CANCELLED = "meeting.cancelled", "取消了座谈会"
    MEETING_PACK_MADE = "meeting.pack_made", "生成了座谈会材料"
    MEETING_MINUTES_MADE = "meeting.minutes_made", "生成了座谈会纪要"
    PHOTO_RECEIVED = "photo.received", "收到了照片"
    PHOTO_OPENED = "photo.opened", "看了照片"
    # 巡检和设施
    ROUND_RECORDED = "round.recorded", "记了巡检"
    ROUND_WITHDRAWN = "round.withdrawn", "撤销了巡检", "撤", "撤销了一次巡检"
    FACILITY_ADDED = "facility.added", "新增了设施"
    FACILITY_CORRECTED = "facility.corrected", "改了设施"
    FACILITY_REMOVED = "facility.removed", "登记设施已拆除", "注", "登记为已拆除"
    FACILITY_RESTORED = "facility.restored", "恢复了设施", "撤", "恢复在册"
    # 登记的记录
    DWELLING_CORRECTED = "dwelling.corrected", "改了房屋"
    DWELLING_FOUND = "dwelling.found", "登记了新发现的房屋"
    PERSON_ADDED = "person.added", "新增了人员"
    PERSON_CORRECTED = "person.corrected", "改了人员"
    PERSON_MOVED_OUT = "person.moved_out", "迁出了人"
    HOUSEHOLD_HEAD_NAMED = "household.head_named", "写明了户主", "户"
    PERSON_ERASED = "person.erased", "清除了身份", "清", "身份内容已清除，值不再保存"
    ORGANIZATION_CORRECTED = "organization.corrected", "改了单位"
    SITE_CORRECTED = "site.corrected", "改了场所"
    FACTS_CONFIRMED = "facts.confirmed", "电话核实，无变化"
    DAILY_RECORDED = "daily.recorded", "记了动态更新"
    DAILY_UNDONE = "daily.undone", "撤销了动态更新"
    END_CONFIRMED = "end.confirmed", "复核同意注销登记", "注"
    END_PROPOSED = "end.proposed", "提出注销登记", "注", "提出注销登记，待复核"
    END_REJECTED = "end.rejected", "复核不同意注销登记", "注", "复核不同意，仍在册"
    END_WITHDRAWN = "end.withdrawn", "撤回了注销登记", "撤", "撤回了注销登记，仍在册"
    RETURN_PROPOSED = "return.proposed", "提出恢复在册", "复", "提出恢复在册，待复核"
    RETURN_CONFIRMED = "return.confirmed", "复核同意恢复在册", "复"
    RETURN_REJECTED = "return.rejected", "复核不同意恢复在册", "复", "复核不同意，没有恢复"
    # 关爱
    CARE_CONTACTED = "care.contacted", "记了关爱联系", "关", "关爱联系"
    CARE_CONTACT_WITHDRAWN = "care.contact_withdrawn", "撤销了关爱联系", "撤", "撤销了一次关爱联系，不算数"
    CARE_LABELLED = "care.labelled", "新增了关爱类别", "关"
    CARE_INTERVAL_CHANGED = "care.interval_changed", "改了关爱间隔", "关"
    CARE_RESPONSIBLE_NAMED = "care.responsible_named", "换了关爱责任人", "关"
    CARE_CONSENTED = "care.consented", "记了本人同意", "关"
    CARE_REVIEWED = "care.reviewed", "复评了关爱类别", "关", "复评了关爱类别，照旧"
    CARE_RENEWED = "care.renewed", "续了关爱类别", "关"
    CARE_ENDED = "care.ended", "结束了关爱类别", "关"
    CARE_NEED_HELPED = "care.need_helped", "处理了需要", "关", "处理了一项需要"
    CARE_NEED_MET = "care.need_met", "确认需要已落实", "关", "问过，一项需要已落实"
    CARE_NEED_UNMET = "care.need_unmet", "问过，需要还没解决", "关", "问过，一项需要还没解决"
    CARE_OPENED = "care.opened", "打开了关爱清单", "", "", "打开了所在范围的关爱清单"
    # 差异、数据排查、更正方案
    DIFFERENCE_ACCEPTED = "difference.accepted", "采用了差异", "定", "采用了一条差异"
    DIFFERENCE_KEPT = "difference.kept", "保留了系统登记", "定", "保留登记"
    DIFFERENCE_REOPENED = "difference.reopened", "撤销了决定", "撤", "撤销了一次决定"
    DIFFERENCE_TO_DOOR = "difference.to_door", "送上门核实", "定"
    TAKEOVER_ASKED = (
        "takeover.asked",
        "请证件号登记的一边确认",
        "问",
        "别处报来住在那边",
        "有人报来住在别处，用了这个证件号",
    )
    DIFFERENCE_DECIDED_BY_RULE = "difference.decided_by_rule", "按规则批量决定差异"
    DIFFERENCE_BATCH_UNDONE = "difference.batch_undone", "整批撤销了差异决定"
    CASE_REOPENED = "case.reopened", "撤销了核定"
    CASE_DECIDED = "case.decided", "核定了一件重复、矛盾或线上核查"
    CHECK_SET = "check.set", "设了线上核查的规则"
    UPKEEP_PROPOSED = "upkeep.proposed", "提出了更正方案", "并", "提出一个更正方案，待复核"
    UPKEEP_DONE = "upkeep.done", "复核同意更正方案，已办", "并", "复核同意，更正方案已办"
    UPKEEP_REJECTED = "upkeep.rejected", "复核不同意更正方案", "并", "复核不同意更正方案，都没有动"
    UPKEEP_WITHDRAWN = "upkeep.withdrawn", "撤回了更正方案", "撤"
    UPKEEP_UNDONE = "upkeep.undone", "撤销了更正方案", "撤", "撤销了更正方案，恢复原样"
    # 台账
    IMPORT_BATCH_APPLIED = "import.batch_applied", "台账入库一批"
    IMPORT_CANCELLED = "import.cancelled", "放弃了导入"
    IMPORT_DONE = "import.done", "完成了台账导入"
    IMPORT_MAPPED = "import.mapped", "核对了列"
    IMPORT_PAUSED = "import.paused", "导入停下"
    IMPORT_PREVIEWED = "import.previewed", "预览了入库结果"
    IMPORT_RELEASED = "import.released", "放行了没有核对的号码"
    IMPORT_STAGED = "import.staged", "读取了台账"
    IMPORT_UNDO_STARTED = "import.undo_started", "开始整份撤销导入"
    IMPORT_BATCH_UNDONE = "import.batch_undone", "撤销台账一批"
    IMPORT_UNDONE = "import.undone", "整份撤销了导入"
    IMPORT_UPLOADED = "import.uploaded", "上传了台账"
    COMPARISON_UPLOADED = "comparison.uploaded", "上传了要比对的表"
    COMPARISON_MAPPED = "comparison.mapped", "核对了比对的列"
    COMPARISON_STARTED = "comparison.started", "开始比对"
    COMPARISON_LOADED = "comparison.loaded", "为比对取出了系统登记"
    COMPARISON_DONE = "comparison.done", "完成了比对"
    COMPARISON_PAUSED = "comparison.paused", "比对停下"
    COMPARISON_CANCELLED = "comparison.cancelled", "放弃了比对"
    COMPARISON_RELEASED = "comparison.released", "放行了没有比的号码"
    UNMATCHED_REGISTERED = "unmatched.registered", "登记了台账独有的"
    UNMATCHED_AT_DOOR = "unmatched.at_door", "一边独有的送上门核实"
    UNMATCHED_SET_ASIDE = "unmatched.set_aside", "搁置了台账独有的"
    UNMATCHED_KEPT = "unmatched.kept", "保留了系统独有的"
    UNMATCHED_STRIKE_OFF = "unmatched.strike_off", "系统独有的提交注销登记"
    UNMATCHED_SAME = "unmatched.same", "定为同一条"
    UNMATCHED_DIFFERENT = "unmatched.different", "定为不是同一条"
    UNMATCHED_REOPENED = "unmatched.reopened", "撤销了一边独有的决定"
    ESTATE_SAME = "estate.same", "定了小区的另一个名称"
    ESTATE_DIFFERENT = "estate.different", "定了两个名称不是一个小区"
    ESTATE_LATER = "estate.later", "小区名称以后再定"
    ESTATE_REOPENED = "estate.reopened", "撤销了小区名称的决定"
    BACKFILL_HANDED_OUT = "backfill.handed_out", "发出了回填清单"
    BACKFILL_TICKED = "backfill.ticked", "回填好了"
    BACKFILL_UNTICKED = "backfill.unticked", "撤销了回填的勾"
    # 手机传来的
    OP_RETURNED = "op.returned", "手机内容留待处理"
    OP_RELEASED = "op.released", "放行了手机内容"
    OP_ASSIGNED = "op.assigned", "手机内容交人核实"
    OP_SET_ASIDE = "op.set_aside", "搁置了手机内容"
    OUTBOX_DEPOSITED = "outbox.deposited", "手机交回了待传内容"
    OUTBOX_IMPORTED = "outbox.imported", "导入了手机待传文件"
    SYNC_EPOCH_RAISED = "sync.epoch_raised", "数据库恢复后换了批次"
    # 看号码、拨电话、拿文件
    NUMBER_TAIL_SEARCHED = "number.tail_searched", "按尾号查找"
    NUMBER_ID_TAIL_SEARCHED = "number.id_tail_searched", "按证件号后四位查找"
    NUMBER_ID_TAIL_MATCHED = (
        "number.id_tail_matched",
        "按证件号后四位查到了人",
        "",
        "",
        "用证件号后四位和姓（或住处）查到了本人",
    )
    NUMBER_HANDED_OUT = "number.handed_out", "号码写进了回填清单", "", "", "把{field}写进了交出去的回填清单"
    NUMBER_SEARCHED = "number.searched", "用完整号码查到了人", "", "", "用完整的{field}查到了本人"
    NUMBER_MISSED = "number.missed", "用完整号码没有查到人"
    NUMBER_TYPED_ELSEWHERE = (
        "number.typed_elsewhere",
        "填了别人的号码",
        "",
        "",
        "在别人的登记里填了本人的{field}，没有告诉对方是谁的",
    )
    NUMBER_TRIED = (
        "number.tried",
        "填了、查了或交来了号码",
        "",
        "",
        "拿一个和本人同地区、同一天出生的{field}来核对过",
    )
    NUMBER_REVEALED = "number.revealed", "看了完整号码", "阅", "查看了完整号码", "查看了完整的{field}"
    NUMBER_DIALLED = "number.dialled", "拨打了电话", "拨", "拨打了登记的电话", "拨打了{field}"
    DOSSIER_PRINTED = (
        "dossier.printed",
        "打印了一户一档、一人一档",
        "印",
        "",
        "打印了一户一档或一人一档，上面有本人",
    )
    CARD_CHECKED = "card.checked", "照证件核对了号码", "证", "照证件核对了号码", "照证件核对了{field}"
    ACCESS_LISTED = "access.listed", "列出了查阅记录", "", "", "打开了这份“查阅记录”"
    FILE_EXPORTED = "file.exported", "导出了文件"
    LIST_OPENED = "list.opened", "打开了带空房、出租、关爱的名单或楼盘表"
    VIEW_SHARED = "view.shared", "改了名单视图的共享范围"
    FILE_ERASED = "file.erased", "清除了到期文件"
    FILE_STORED = "file.stored", "保存了文件"
    REPORT_DOWNLOADED = "report.downloaded", "下载了报表"
    REPORT_MADE = "report.made", "生成了报表"
    # 系统
    AUDIT_SEALED = "audit.sealed", "封存了审计"
    BACKUP_MADE = "backup.made", "做了备份"
    BACKUP_REPLACED_DROPPED = "backup.replaced_dropped", "清除了换下的数据"
    BACKUP_RESTORED = "backup.restored", "从备份恢复"
    KEYS_ROTATED = "keys.rotated", "换了密钥"
    KEYS_RESEALED = "keys.resealed", "用新密钥重新封好了号码"
    RETENTION_ERASED = "retention.erased", "清除了到期的数据"
    # 调查
    INVESTIGATION_PROPOSED = "investigation.proposed", "提出了调查"
    INVESTIGATION_CONFIRMED = "investigation.confirmed", "同意了调查"
    INVESTIGATION_REJECTED = "investigation.rejected", "没有同意调查"
    INVESTIGATION_WITHDRAWN = "investigation.withdrawn", "撤回了调查"
    INVESTIGATION_OPENED = "investigation.opened", "打开了被调查的操作记录"
