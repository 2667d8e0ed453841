"""Audit verbs in plain words; tests/test_audit_words.py holds this to the verbs the code writes."""

from __future__ import annotations

from typing import Any

WORDS = {
    "account.assigned": "给了岗位", "account.created": "建了账号", "account.deactivated": "停了账号",
    "account.password_aged": "口令到期，要换", "account.password_changed": "换了口令", "account.password_reset": "重置了口令",
    "account.signed_in": "登录了",
    "account.second_factor_reset": "重置了动态码", "account.unassigned": "停了岗位",
    "areas.loaded": "导入了区划", "campaign.closed": "结束了行动", "case.reopened": "撤回了核定", "case.settled": "核定了一件重复或矛盾", "campaign.created": "建了行动", "care.contacted": "记了关怀联系",
    "care.labelled": "加了关怀类别", "care.interval_changed": "改了关怀间隔", "care.responsible_named": "换了关怀责任人",
    "care.consented": "记了本人同意", "care.reviewed": "复查了关怀类别", "care.renewed": "续了关怀类别", "care.ended": "结束了关怀类别",
    "care.need_helped": "给需要想了办法", "care.need_settled": "确认需要已落实", "care.need_unsettled": "问过，需要还没解决",
    "care.opened": "打开了关怀清单", "difference.accepted": "采纳了差异", "difference.kept": "保留了现值",
    "device.activated": "绑定了手机", "device.cloned": "给手机副本另立身份", "device.code_made": "生成了激活码", "device.revoked": "停用了手机",
    "outbox.deposited": "手机交回了待传内容", "outbox.imported": "导入了手机待传文件", "op.returned": "手机内容留待处理", "op.released": "放行了手机内容",
    "op.assigned": "手机内容交人核实", "op.set_aside": "搁置了手机内容", "matter.noted": "上门记了隐患或诉求", "photo.received": "收到了照片", "photo.opened": "看了照片", "badge.photo_set": "放了工牌照片", "badge.photo_removed": "撤下了工牌照片",
    "sync.epoch_raised": "数据库恢复后换了批次", "target.handed_back": "退回了任务",
    "difference.reopened": "撤回了决定", "difference.to_door": "送上门核实", "dwelling.corrected": "改了房屋",
    "dwelling.found": "登记了新发现的房屋", "end.confirmed": "复核同意注销", "end.proposed": "提出注销", "end.rejected": "复核不同意注销", "end.withdrawn": "撤回了注销",
    "return.proposed": "提出恢复在册", "return.confirmed": "复核同意恢复在册", "return.rejected": "复核不同意恢复在册",
    "file.exported": "导出了文件", "file.erased": "清除了到期文件", "file.stored": "存了文件", "grant.given": "临时授权", "grant.revoked": "收回了临时授权",
    "grids.created": "建了网格",
    "grids.replaced": "拆并了网格", "grids.renamed": "改了网格名称", "grids.plan_proposed": "提出了拆并方案",
    "grids.plan_done": "复核同意拆并", "grids.plan_rejected": "复核不同意拆并", "grids.plan_withdrawn": "撤回了拆并方案", "comparison.uploaded": "上传了要比对的表", "comparison.mapped": "核对了比对的列", "comparison.started": "开始比对",
    "comparison.loaded": "为比对取出了一张表", "comparison.done": "比对好了", "comparison.paused": "比对停下", "comparison.cancelled": "放弃了比对",
    "unmatched.registered": "登记了台账独有的", "unmatched.at_door": "一边独有的送上门核实", "unmatched.set_aside": "搁置了台账独有的",
    "unmatched.kept": "保留了一张表独有的", "unmatched.strike_off": "一张表独有的送注销复核", "unmatched.same": "定为同一条",
    "unmatched.different": "定为不是同一条", "unmatched.reopened": "撤回了一边独有的决定", "backfill.handed_out": "发出了回填清单", "number.tail_searched": "按尾号查找", "number.handed_out": "号码写进了回填清单",
    "difference.decided_by_rule": "按规则批量决定差异", "difference.batch_undone": "整批撤回了差异决定",
    "import.batch_applied": "台账入库一批", "import.cancelled": "放弃了导入", "import.done": "导完了台账",
    "import.mapped": "核对了列", "import.paused": "导入停下", "import.staged": "读好了台账", "import.uploaded": "上传了台账",
    "number.searched": "用完整号码查到了人", "access.listed": "列出了谁看过",
    "number.revealed": "看了完整号码", "organization.corrected": "改了单位", "person.added": "添了人", "person.corrected": "改了人员",
    "person.moved": "迁了人", "person.moved_out": "迁出了人", "daily.recorded": "记了动态更新", "daily.undone": "撤回了动态更新",
    "facts.confirmed": "电话核实，无变化", "targets.joined": "并进了走访", "report.downloaded": "下载了报表", "report.made": "生成了报表", "site.corrected": "改了场所",
    "facility.added": "添了设施", "facility.corrected": "改了设施", "facility.removed": "登记设施已拆除", "facility.restored": "恢复了设施",
    "round.recorded": "记了巡检", "round.withdrawn": "撤回了巡检",
    "target.rechecked": "复核了走访结果", "targets.planned": "排了走访", "targets.reassigned": "改派", "visit.recorded": "记了走访",
    "visit.withdrawn": "撤回了走访", "wave.dispatched": "下派了一批",
    "upkeep.proposed": "提出了更正方案", "upkeep.done": "复核同意更正方案，已办", "upkeep.rejected": "复核不同意更正方案",
    "upkeep.withdrawn": "撤回了更正方案", "upkeep.undone": "撤销了更正方案",
    "audit.sealed": "封存了审计", "backup.made": "做了备份", "backup.replaced_dropped": "清除了换下的数据", "backup.restored": "从备份恢复",
    "person.erased": "清除了身份", "keys.rotated": "换了密钥", "keys.resealed": "用新密钥重新封好了号码", "retention.erased": "清除了到期的数据",
}  # fmt: skip


def sentence(verb: str, data: dict[str, Any]) -> str:
    """A verb in words with its number, where it has one."""
    words = WORDS.get(verb, verb)
    n = data.get("n") or data.get("rows")
    return f"{words}（{n:,}）" if isinstance(n, int) else words
