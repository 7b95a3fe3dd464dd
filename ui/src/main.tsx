import { render } from "preact";
import { App } from "./app";
import { loadLanguage, preferred } from "./i18n";
import { loadSession } from "./state/session";
import "./state/prefs";

await Promise.all([loadLanguage(preferred()), loadSession()]);
render(<App />, document.getElementById("app")!);
