/* mailbox: GMime's list of addresses to ours. It must never recurse over groups. */
#include "mail/mailbox.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/limits.h"
#include "mail/words.h"

#include "base/banned.h"

static void add_mailbox(GPtrArray *list, InternetAddress *a)
{
    const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a));
    const char *name = internet_address_get_name(a);
    if (address == NULL || *address == '\0')
        return;
    g_autofree char *clean = words_decode(address, strlen(address));
    g_autofree char *display = name != NULL ? words_decode(name, strlen(name)) : NULL;
    letter_add_address(list, display, clean);
}

/* Groups hold groups; the pre-scan bounds how deep. */
static void add_list(GPtrArray *list, InternetAddressList *all)
{
    struct {
        InternetAddressList *list;
        int next;
    } stack[LIMIT_ADDRESS_NESTING + 2] = {{all, 0}};
    int top = 0;
    while (top >= 0 && list->len < LIMIT_ADDRESSES) {
        if (stack[top].next >= internet_address_list_length(stack[top].list)) {
            top--;
            continue;
        }
        InternetAddress *a = internet_address_list_get_address(stack[top].list, stack[top].next++);
        if (INTERNET_ADDRESS_IS_MAILBOX(a)) {
            add_mailbox(list, a);
        } else if (INTERNET_ADDRESS_IS_GROUP(a) && top + 1 < (int)G_N_ELEMENTS(stack)) {
            top++;
            stack[top].list = internet_address_group_get_members(INTERNET_ADDRESS_GROUP(a));
            stack[top].next = 0;
            if (stack[top].list == NULL)
                top--;
        }
    }
}

void mailbox_parse(const char *text, GPtrArray *list)
{
    InternetAddressList *all = internet_address_list_parse(NULL, text);
    if (all == NULL)
        return;
    add_list(list, all);
    g_object_unref(all);
}
