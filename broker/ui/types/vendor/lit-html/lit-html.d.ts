/* The pages import '../vendor/lit-html/lit-html.js', which the copy script puts there; rootDirs finds its types here. */
export * from 'lit-html';
