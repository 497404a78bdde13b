/** Where the Studio begins. */
import "./views/app.js";
