#include "adapters/profile/xpath_rules.h"

#include "base/mem.h"

#include <string.h>

enum kind {
    AT_BEGIN,
    NAME, /* an element's or attribute's, also * and prefix:* */
    AXIS, /* with its :: */
    FUNCTION,
    NODE_TEST, /* text, node */
    TEXT,
    NUMBER,
    COMPARE,
    RECKON,
    AND_OR,
    SLASH,
    SLASHES,
    DOT,
    DOTS,
    ATTRIBUTE,
    OPEN,
    CLOSE,
    BRACKET,
    BRACKET_END,
    COMMA,
    UNION
};

struct token {
    enum kind kind;
    struct bytes text;
};

struct scan {
    struct bytes left;
    struct token before, now;
    const char *why; /* first breach */
    bool (*known)(const void *ctx, struct bytes prefix);
    const void *ctx;
    char nest[XPATH_NEST_MAX]; /* '(' or '[' */
    int nest_n, brackets;
    int descents;
    bool may_climb;    /* nothing but a climb in this path so far */
    bool needs_simple; /* a comparison wants a text, number or function now */
};

const char *const xpath_functions[] = {"boolean",
                                       "concat",
                                       "contains",
                                       "count",
                                       "false",
                                       "last",
                                       "local-name",
                                       "name",
                                       "not",
                                       "normalize-space",
                                       "number",
                                       "position",
                                       "starts-with",
                                       "string",
                                       "floor",
                                       "ceiling",
                                       "round",
                                       "substring",
                                       "string-length",
                                       "substring-before",
                                       "substring-after",
                                       "translate",
                                       "true",
                                       NULL};

static bool one_of(struct bytes word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (bytes_equal(word, bytes_of_text(*list)))
            return true;
    return false;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_name(uint8_t c)
{
    return is_name_start(c) || is_digit(c) || c == '-' || c == '.';
}

static uint8_t peek(const struct scan *s, size_t n)
{
    return n < s->left.len ? s->left.p[n] : 0;
}

static void skip_space(struct scan *s)
{
    while (s->left.len > 0 && is_space(s->left.p[0]))
        s->left = BYTES(s->left.p + 1, s->left.len - 1);
}

static void refuse(struct scan *s, const char *why)
{
    if (s->why == NULL)
        s->why = why;
}

/* After these an operand begins, so * is a name and "and" is one too (XPath 1.0, 3.7). */
static bool operand_next(enum kind before)
{
    static const enum kind ends[] = {NAME, FUNCTION, NODE_TEST, TEXT, NUMBER, DOT, DOTS, CLOSE, BRACKET_END};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (before == ends[i])
            return false;
    return true;
}

/* A path begins here: nothing of it stands before. */
static bool path_begins(enum kind before)
{
    return operand_next(before) && before != AXIS && before != SLASH && before != SLASHES &&
           before != ATTRIBUTE;
}

static void take(struct scan *s, enum kind kind, size_t n)
{
    s->now = (struct token){kind, BYTES(s->left.p, n)};
    s->left = BYTES(s->left.p + n, s->left.len - n);
}

static size_t name_length(const struct scan *s, size_t from)
{
    size_t n = from;
    if (!is_name_start(peek(s, n)))
        return 0;
    while (n < s->left.len && is_name(s->left.p[n]))
        n++;
    return n - from;
}

static void take_word(struct scan *s)
{
    static const char *const node_tests[] = {"text", "node", NULL};
    static const char *const and_or[] = {"and", "or", NULL}, *const reckon[] = {"div", "mod", NULL};
    size_t n = name_length(s, 0);
    struct bytes word = BYTES(s->left.p, n);
    bool operand = operand_next(s->before.kind);
    if (!operand) {
        if (!one_of(word, and_or) && !one_of(word, reckon))
            refuse(s, "cannot be read: an operator is missing");
        take(s, one_of(word, and_or) ? AND_OR : RECKON, n);
        return;
    }
    if (peek(s, n) == ':' && peek(s, n + 1) != ':') {
        size_t local = peek(s, n + 1) == '*' ? 1 : name_length(s, n + 1);
        if (!s->known(s->ctx, word))
            refuse(s, "uses a prefix that is not in namespaces");
        take(s, NAME, n + 1 + local);
    } else {
        take(s, NAME, n);
    }
    skip_space(s);
    if (peek(s, 0) == ':' && peek(s, 1) == ':') {
        s->now.kind = AXIS;
        s->left = BYTES(s->left.p + 2, s->left.len - 2);
    } else if (peek(s, 0) == '(') {
        s->now.kind = one_of(s->now.text, node_tests) ? NODE_TEST : FUNCTION;
    }
}

static void take_text(struct scan *s)
{
    size_t n = 1;
    while (n < s->left.len && s->left.p[n] != s->left.p[0])
        n++;
    if (n == s->left.len) {
        refuse(s, "has a text that is not closed");
        n--;
    }
    take(s, TEXT, n + 1);
}

static void take_number(struct scan *s)
{
    size_t n = 0;
    while (is_digit(peek(s, n)) || peek(s, n) == '.')
        n++;
    take(s, NUMBER, n);
}

static void take_sign(struct scan *s)
{
    uint8_t c = peek(s, 0), next = peek(s, 1);
    static const char signs[] = "/.@([,])|=<>!+-*";
    static const enum kind kinds[] = {SLASH,       DOT,    ATTRIBUTE, OPEN,    BRACKET, COMMA,
                                      BRACKET_END, CLOSE,  UNION,     COMPARE, COMPARE, COMPARE,
                                      COMPARE,     RECKON, RECKON,    RECKON};
    const char *at = c != 0 ? strchr(signs, c) : NULL;
    if (at == NULL) {
        refuse(s, c == '$' ? "uses a variable" : "has a character that does not belong in XPath");
        take(s, COMMA, 1);
        return;
    }
    enum kind kind = kinds[at - signs];
    if (c == '/' && next == '/')
        take(s, SLASHES, 2);
    else if (c == '.' && next == '.')
        take(s, DOTS, 2);
    else if ((c == '<' || c == '>' || c == '!') && next == '=')
        take(s, COMPARE, 2);
    else
        take(s, c == '*' && operand_next(s->before.kind) ? NAME : kind, 1);
}

static void next_token(struct scan *s)
{
    uint8_t c = peek(s, 0);
    if (c == '"' || c == '\'')
        take_text(s);
    else if (is_digit(c) || (c == '.' && is_digit(peek(s, 1))))
        take_number(s);
    else if (is_name_start(c))
        take_word(s);
    else
        take_sign(s);
}

static void descend(struct scan *s)
{
    s->may_climb = false;
    if (s->brackets > 0)
        refuse(s, "may go down only one step at a time inside [ ]");
    if (++s->descents > 1)
        refuse(s, "may have only one //");
}

static void climb(struct scan *s)
{
    if (s->brackets > 0)
        refuse(s, "may not go up inside [ ]");
    if (!s->may_climb)
        refuse(s, "may go up only at the beginning");
}

static void judge_axis(struct scan *s)
{
    static const char *const down[] = {"child", "attribute", "self", NULL};
    static const char *const deep[] = {"descendant", "descendant-or-self", NULL};
    static const char *const up[] = {"parent", "ancestor", "ancestor-or-self", NULL};
    if (one_of(s->now.text, deep))
        descend(s);
    else if (one_of(s->now.text, up))
        climb(s);
    else if (!one_of(s->now.text, down))
        refuse(s, "uses an axis that is not allowed");
}

static void judge_nesting(struct scan *s)
{
    bool open = s->now.kind == OPEN || s->now.kind == BRACKET;
    char sign = s->now.kind == OPEN || s->now.kind == CLOSE ? '(' : '[';
    if (open && s->nest_n == XPATH_NEST_MAX) {
        refuse(s, "is nested too deeply");
    } else if (open) {
        s->nest[s->nest_n++] = sign;
        s->brackets += sign == '[';
    } else if (s->nest_n == 0 || s->nest[s->nest_n - 1] != sign) {
        refuse(s, "has brackets that do not match");
    } else {
        s->nest_n--;
        s->brackets -= sign == '[';
        s->may_climb = false;
    }
}

static void judge_compare(struct scan *s)
{
    enum kind left = s->before.kind;
    if (s->brackets == 0)
        refuse(s, "may compare and reckon only inside [ ]");
    s->needs_simple = s->now.kind == COMPARE && left != TEXT && left != NUMBER;
}

static void judge(struct scan *s)
{
    enum kind kind = s->now.kind;
    if (s->needs_simple && kind != TEXT && kind != NUMBER && kind != FUNCTION)
        refuse(s, "must compare with a text, a number or a function");
    s->needs_simple = false;
    if (path_begins(s->before.kind))
        s->may_climb = true;
    switch (kind) {
    case SLASH:
    case SLASHES:
        if (s->brackets > 0 && path_begins(s->before.kind))
            refuse(s, "may not begin at the root inside [ ]");
        if (kind == SLASHES)
            descend(s);
        break;
    case DOTS:
        climb(s);
        break;
    case AXIS:
        judge_axis(s);
        break;
    case NAME:
    case NODE_TEST:
        s->may_climb = false;
        break;
    case FUNCTION:
        if (!one_of(s->now.text, xpath_functions))
            refuse(s, "uses a function that is not allowed");
        break;
    case OPEN:
    case CLOSE:
    case BRACKET:
    case BRACKET_END:
        judge_nesting(s);
        break;
    case COMPARE:
    case RECKON:
        judge_compare(s);
        break;
    case UNION:
        refuse(s, "may not join paths by |");
        break;
    case AT_BEGIN:
    case TEXT:
    case NUMBER:
    case AND_OR:
    case DOT:
    case ATTRIBUTE:
    case COMMA:
        break;
    }
}

const char *xpath_rules(struct bytes text, bool (*known)(const void *ctx, struct bytes prefix),
                        const void *ctx)
{
    struct scan s = {.left = text, .known = known, .ctx = ctx};
    if (text.len == 0 || text.len > XPATH_BYTES_MAX)
        return "must be 1 to 256 bytes long";
    for (skip_space(&s); s.left.len > 0 && s.why == NULL; skip_space(&s)) {
        next_token(&s);
        judge(&s);
        s.before = s.now;
    }
    return s.why;
}
