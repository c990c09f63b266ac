#include "test.h"

#include "base/list.h"

struct item {
    int value;
    struct list node;
};

static int value_of(struct list *node)
{
    return list_item(node, struct item, node)->value;
}

static void items_come_out_in_the_order_they_went_in(void **state)
{
    struct item items[3] = { { .value = 1 }, { .value = 2 }, { .value = 3 } };
    struct list list;

    (void)state;
    list_init(&list);
    assert_true(list_is_empty(&list));
    for (int i = 0; i < 3; i++)
        list_add_last(&list, &items[i].node);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(i, value_of(list_take_first(&list)));
    assert_null(list_take_first(&list));
}

static void what_is_put_in_front_comes_out_first(void **state)
{
    struct item items[3] = { { .value = 1 }, { .value = 2 }, { .value = 3 } };
    struct list list;

    (void)state;
    list_init(&list);
    for (int i = 0; i < 3; i++)
        list_add_first(&list, &items[i].node);
    for (int i = 3; i >= 1; i--)
        assert_int_equal(i, value_of(list_take_first(&list)));
    assert_true(list_is_empty(&list));
}

static void the_current_item_may_be_removed_on_a_walk(void **state)
{
    struct item items[4] = { { .value = 1 }, { .value = 2 }, { .value = 3 }, { .value = 4 } };
    struct list list;
    int sum = 0;

    (void)state;
    list_init(&list);
    for (int i = 0; i < 4; i++)
        list_add_last(&list, &items[i].node);
    list_each (node, &list) {
        if (value_of(node) % 2 == 0)
            list_remove(node);
    }
    list_each (node, &list)
        sum += value_of(node);
    assert_int_equal(4, sum);
}

static void removing_twice_does_no_harm(void **state)
{
    struct item a = { .value = 1 }, b = { .value = 2 };
    struct list list;

    (void)state;
    list_init(&list);
    list_add_last(&list, &a.node);
    list_add_last(&list, &b.node);
    list_remove(&a.node);
    list_remove(&a.node);
    assert_int_equal(2, value_of(list_take_first(&list)));
    assert_true(list_is_empty(&list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_the_order_they_went_in),
        cmocka_unit_test(what_is_put_in_front_comes_out_first),
        cmocka_unit_test(the_current_item_may_be_removed_on_a_walk),
        cmocka_unit_test(removing_twice_does_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
