/* libsodium as far as js/sealing.js uses it, which says no more of it than this. */
declare const sodium: any;
export default sodium;
