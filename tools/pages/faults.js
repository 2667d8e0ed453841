() => {
    const folded = (one) => {
        const outer = one.closest('details:not([open])');
        if (!outer) return false;
        return one.closest('summary')?.parentElement !== outer || folded(outer.parentElement);
    };
    const visible = (one) => {
        const box = one.getBoundingClientRect();
        const style = getComputedStyle(one);
        return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && !folded(one)
            && !one.closest('.sr, .skip, rate-chart, kbd');
    };
    const name = (one) =>
        `${one.tagName.toLowerCase()}${one.className && one.className.baseVal === undefined ? '.' + [...one.classList].join('.') : ''}`
        + ` “${(one.textContent || one.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
    const faults = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
        const beyond = [...document.querySelectorAll('body *')].filter(
            (one) => visible(one) && one.getBoundingClientRect().right > width + 1 && !one.closest('.scroll'));
        faults.push(['sideways', `${document.documentElement.scrollWidth} > ${width}: ${beyond.slice(0, 2).map(name).join(' | ')}`]);
    }
    for (const one of document.querySelectorAll('body *')) {
        if (!visible(one) || !one.textContent.trim() || one.closest('svg')) continue;
        const style = getComputedStyle(one);
        const hides = /hidden|clip/.test(style.overflowX) || /hidden|clip/.test(style.overflowY);
        if (hides && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2))
            faults.push(['cut', name(one)]);
        if (/^(BUTTON|A|TH|TD|LABEL)$/.test(one.tagName) && style.overflowX === 'visible'
            && one.scrollWidth > one.clientWidth + 1 && style.display !== 'inline')
            faults.push(['spills', name(one)]);
    }
    const fixed = (one) => { for (let at = one; at; at = at.parentElement)
        if (/fixed|sticky/.test(getComputedStyle(at).position)) return true; return false; };
    const rects = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode()); ) {
        const parent = node.parentElement;
        if (!node.data.trim() || !parent || !visible(parent) || parent.closest('option, script, style, svg') || fixed(parent)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects())
            if (box.width > 2 && box.height > 2) {
                const air = box.height * 0.17; // above and below the characters of a large type
                rects.push([box.top + air, box.bottom - air, box.left, box.right, parent, node.data.trim().slice(0, 30)]);
            }
    }
    for (const one of document.querySelectorAll('button, input:not([type=hidden]), select, textarea'))
        if (visible(one) && !fixed(one)) {
            const box = one.getBoundingClientRect();
            rects.push([box.top, box.bottom, box.left, box.right, one, name(one)]);
        }
    rects.sort((x, y) => x[0] - y[0]);
    const clipped = (r) => { for (let at = r[4].parentElement; at; at = at.parentElement) {
        if (/auto|scroll|hidden/.test(getComputedStyle(at).overflowX)) {
            const box = at.getBoundingClientRect();
            if (r[2] >= box.right - 1 || r[3] <= box.left + 1) return true; } } return false; };
    let n_overlaps = 0;
    for (let i = 0; i < rects.length && n_overlaps < 6; i++)
        for (let k = i + 1; k < rects.length && rects[k][0] < rects[i][1] - 3; k++) {
            const [a, b] = [rects[i], rects[k]];
            const wide = Math.min(a[3], b[3]) - Math.max(a[2], b[2]);
            const high = Math.min(a[1], b[1]) - Math.max(a[0], b[0]);
            if (wide > 3 && high > 3 && a[4] !== b[4] && !a[4].contains(b[4]) && !b[4].contains(a[4]) && !clipped(a) && !clipped(b)) {
                n_overlaps++;
                faults.push(['overlap', `${a[5]} × ${b[5]}`]);
                break;
            }
        }
    for (const one of document.querySelectorAll('button, a[href], [role=button]'))
        if (visible(one) && !(one.textContent.trim() || one.getAttribute('aria-label') || one.querySelector('[aria-label], img[alt], title')))
            faults.push(['no words', one.outerHTML.slice(0, 90)]);
    for (const one of document.querySelectorAll('main button, main .btn'))
        if (visible(one) && /^(保存|确定|提交|确认|OK)$/.test(one.textContent.trim())) faults.push(['bare words', name(one)]);
    for (const one of document.querySelectorAll('.empty'))
        if (visible(one)) {
            const box = one.closest('.sheet, main') || one;
            if (!box.querySelector('a[href], button')) faults.push(['empty', one.textContent.trim().replace(/\s+/g, ' ').slice(0, 90)]);
        }
    return faults;
}
