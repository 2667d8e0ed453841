import "../prototypes";
import "./styles/phone.css";
import { createApp } from "vue";
import App from "./App.vue";
import { tell } from "./snack";
import { explain } from "./store/causes";

const page = createApp(App);
/** What no screen catches is said all the same: a button that does nothing and says nothing costs a visit. */
page.config.errorHandler = (error) => {
  console.error(error);
  const { text, anew } = explain(error, "这一步没做成");
  tell(text, anew ? "重新打开" : "", () => location.reload());
};
page.mount("#app");
