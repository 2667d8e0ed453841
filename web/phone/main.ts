import "../prototypes";
import "./styles/phone.css";
import { createApp } from "vue";
import App from "./App.vue";

createApp(App).mount("#app");
