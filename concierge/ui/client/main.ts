/** Small custom elements that make the client's plain pages pleasant; each defines itself. */
import './boutique.css';
import './visit.css';
import './address-search.ts';
import './once.ts';
import './order-live.ts';
import './visit-form.ts';
