#include "report/page.h"

namespace heed {

std::string_view report_style() {
  return R"(:root{--ink:#1f2328;--soft:#59636e;--paper:#fff;--rule:#d8dee4;--shade:#f6f8fa;--accent:#0b5cad;--less:#c2500a;--edge:#0003}
@media(prefers-color-scheme:dark){:root{--ink:#e2e5e9;--soft:#9aa3ad;--paper:#16181c;--rule:#343a42;--shade:#1e2126;--accent:#6cb2ff;--less:#ffa04d;--edge:#fff3}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:1.5rem clamp(1rem,2vw,2.5rem) 4rem;max-width:82rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.75rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.35rem;margin:3rem 0 1rem;padding-top:.75rem;border-top:1px solid var(--rule)}
h3{font-size:1.05rem;margin:1.75rem 0 .5rem}
h4{font-size:1rem;margin:1.5rem 0 .4rem}
h5{font-size:.9rem;margin:1rem 0 .4rem}
header p,.note,figcaption,dd,.sample>p{max-width:46rem}
.note,figcaption,dd,.signatures,.sample p{color:var(--soft);font-size:.875rem}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.9375rem}
code,pre{font:.8125rem/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
pre{padding:.75rem 1rem;border-radius:6px}
pre.scroll{background:var(--shade)}
.scroll{overflow-x:auto;max-width:100%;overflow-wrap:normal;background:linear-gradient(90deg,var(--paper) 30%,transparent) 0/2.5rem 100% no-repeat local,linear-gradient(270deg,var(--paper) 30%,transparent) 100%/2.5rem 100% no-repeat local,linear-gradient(90deg,var(--edge),transparent) 0/.75rem 100% no-repeat,linear-gradient(270deg,var(--edge),transparent) 100%/.75rem 100% no-repeat}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;line-height:1.35}
th,td{padding:.45rem .4rem;text-align:right;vertical-align:top;white-space:nowrap;border-bottom:1px solid var(--rule)}
thead th{vertical-align:bottom;border-bottom:2px solid var(--soft);font-weight:600}
th.text,td.text{text-align:left}
td.text{white-space:normal;min-width:14rem}
tbody th{font-weight:500}
tr>th:first-child{position:sticky;left:0;background:var(--paper)}
td small{white-space:normal}
td small span{white-space:nowrap}
td small,th small{display:block;font-weight:400;color:var(--soft);font-size:.78rem}
tbody tr:hover{background:var(--shade)}
th button{all:unset;cursor:pointer;position:relative}
th button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th button::after{position:absolute;left:100%;color:var(--soft)}
th[aria-sort=ascending] button::after{content:"↑"}
th[aria-sort=descending] button::after{content:"↓"}
.key{vertical-align:middle;margin-right:.25rem}
.signatures{padding-left:1.1rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,32rem),1fr));gap:1.5rem 2rem;margin:1.25rem 0}
.figures figure{max-width:38rem}
.figures .broad{max-width:57rem;grid-column:1/-1}
figure{margin:0;min-width:0}
.figures svg{display:block;width:100%;min-width:32rem;height:auto}
.figures .broad svg{min-width:48rem}
.figures svg .paper,.maps svg .paper{fill:none}
.definitions{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:1rem 0}
.definitions dt{font-size:.875rem;font-weight:600}
.definitions dd{margin:0}
.maps{display:flex;flex-wrap:wrap;gap:1.25rem 2rem}
.maps figure{max-width:100%}
.maps svg{display:block;max-width:34rem;height:auto}
.choice{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.25rem;padding:.5rem 0;background:var(--paper);font-size:.9375rem}
.choice[hidden]{display:none}
.choice small{color:var(--soft)}
.choice select{font:inherit;color:inherit;background:var(--shade);border:1px solid var(--soft);border-radius:4px;padding:.2rem .4rem}
.heads{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1rem;padding:.75rem 0}
.heads svg{display:block;width:100%;height:auto;max-height:14rem;border:1px solid var(--rule)}
.heads figcaption{font-size:.78rem}
.wide svg{display:block}
.scale{display:flex;align-items:center;gap:.5rem;font-variant-numeric:tabular-nums}
.scale span{width:9rem;height:.75rem;border:1px solid var(--rule)}
.weight{background:linear-gradient(90deg,var(--paper),var(--accent))}
.difference{background:linear-gradient(90deg,var(--less),var(--paper),var(--accent))}
details{border-top:1px solid var(--rule);padding:.35rem 0}
summary{cursor:pointer;padding:.25rem 0}
.next{display:flex;gap:1.25rem;list-style:none;margin:0;padding:0 0 .5rem;font-size:.8125rem;line-height:1.5}
.next li{flex:0 0 11rem}
.next div{display:grid;grid-template-columns:5rem 1fr 3.2rem;gap:.35rem;align-items:center;color:var(--soft)}
.next bdi{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.next small{text-align:right;font-variant-numeric:tabular-nums}
.next i{height:.55rem;background:var(--shade)}
.next i span{display:block;height:100%;background:var(--soft)}
.next .chosen{color:var(--ink)}
.next .chosen i span{background:var(--accent)}
@media(max-width:40rem){
tbody th{white-space:normal;min-width:8rem;max-width:9rem;overflow-wrap:anywhere}
.maps svg{max-width:none}
}
)";
}

std::string_view report_script() {
  return R"(for (const table of document.querySelectorAll('table:has(thead)')) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const span = heading.querySelector('span');
    if (!span || !span.textContent) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...span.childNodes);
    span.replaceWith(button);
    button.addEventListener('click', () => {
      const up = heading.getAttribute('aria-sort') !== 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const isText = heading.classList.contains('text');
      const key = row => isText ? row.cells[column].textContent
          : row.cells[column].dataset.value === undefined ? NaN : +row.cells[column].dataset.value;
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)];
        if (isText) return (up ? 1 : -1) * x.localeCompare(y);
        if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
        return up ? x - y : y - x;
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}
)";
}

}  // namespace heed
