/*
 * The one script that every browser can read (ES5, no API younger than 2012). The app is in the script after it; where
 * that one cannot be read, does not come or stops, this one says so, where there would else be a white page.
 */
(function () {
  "use strict";
  var TOO_OLD = {
    title: "这个浏览器太旧，打不开网格走访",
    lines: [
      "在微信、钉钉里打开的：点右上角的菜单，选“在浏览器打开”。",
      "安卓、鸿蒙手机：在应用市场把手机自带的浏览器更新到最新，或装一个新的浏览器（Edge、Chrome、火狐），再打开街道给的网址。内核要 Chromium 87 以上。",
      "苹果手机：在“设置”“通用”“软件更新”里更新系统，要 15.4 以上。",
      "更新不了的，先用纸走，回来在电脑上补录。",
    ],
  };
  var NOT_FETCHED = {
    title: "网页没取全",
    lines: ["请看看网络，再打开一次。", "一直这样，请告诉街道的管理员：手机端的文件取不到。"],
  };
  var STOPPED = {
    title: "网格走访没能打开",
    lines: ["请再打开一次。", "一直这样，请把下面这行字告诉街道的管理员。"],
  };
  var shown = false;
  var words = TOO_OLD;
  var detail = "";

  /** Where the page may use everything (https), what is not there is not there because the browser is old. */
  function isOld() {
    var secure = window.isSecureContext !== false;
    return !(
      "noModule" in document.createElement("script") &&
      window.Promise &&
      window.Proxy &&
      window.fetch &&
      window.indexedDB !== undefined &&
      window.IntersectionObserver &&
      window.HTMLDialogElement &&
      HTMLDialogElement.prototype.showModal &&
      (!secure || (navigator.locks && window.crypto && window.crypto.subtle))
    );
  }

  function line(kind, text) {
    var element = document.createElement(kind);
    element.appendChild(document.createTextNode(text));
    return element;
  }

  function show() {
    var root = document.getElementById("app");
    if (shown || !root || root.hasAttribute("data-v-app")) return;
    shown = true;
    var page = document.createElement("main");
    page.className = "page bare pad";
    page.appendChild(line("h1", words.title));
    for (var i = 0; i < words.lines.length; i++) page.appendChild(line("p", words.lines[i]));
    page.appendChild(line("p", "手机里存过的走访不受影响。"));
    var about = line("p", detail || navigator.userAgent);
    about.className = "s";
    page.appendChild(about);
    root.innerHTML = "";
    root.appendChild(page);
  }

  window.addEventListener(
    "error",
    function (event) {
      var message = event.message || "";
      if (event.target && event.target.tagName === "SCRIPT") words = NOT_FETCHED;
      else if (!isOld() && message.indexOf("SyntaxError") < 0) {
        words = STOPPED;
        detail = message;
      }
    },
    true
  );
  // Scripts of a page have run by then, in whatever way they ended.
  window.addEventListener("load", show);
})();
