"""What the stand-in models know of the world before any training: a few concepts of support work in two languages.

It is small on purpose. The base model guesses with it; the tuned one uses it to see that two sentences without a common
word speak of the same thing. Underscores stand for blanks inside a phrase.
"""

_CONCEPTS = {
    "billing": """billing bill invoice charge charged payment pay paid card receipt statement fee price cost subscription vat
        账单 发票 扣款 收费 支付 付款 扣费 信用卡 费用 价格 账务 计费 扣了 税号""",
    "refund": "refund refunded refunds reimburse money_back return returned returns 退款 退钱 退货 退回 返还 换货",
    "shipping": """shipping shipment ship shipped delivery deliver delivered parcel package courier tracking carrier arrive
        arrived warehouse 物流 快递 发货 配送 包裹 送货 运单 签收 到货 运输""",
    "account": """account login log_in sign_in signin password username locked verification 2fa authenticator reset profile
        email 账号 账户 登录 密码 登陆 验证码 锁定 用户名 邮箱 绑定""",
    "technical": """technical crash crashes bug error freezes frozen broken loading timeout app screen install update server
        slow fails 技术 崩溃 闪退 报错 故障 卡死 无法打开 加载 白屏 错误 安装 更新 卡顿""",
    "cancel": "cancel cancellation unsubscribe terminate close 取消 注销 退订 终止 解约",
    "feature": "feature suggestion wish would_be_nice dark_mode 功能 建议 希望增加 能不能加 需求",
    "complaint": "complaint complain rude terrible unacceptable disappointed angry worst 投诉 态度 差劲 失望 生气 不满",
    "product": """product products size material compatible model_number warranty in_stock dimensions battery color colour
        商品 产品 尺寸 颜色 材质 型号 保修 有货 兼容 电池""",
    "security": "security hacked phishing suspicious fraud stolen breach 安全 盗号 被盗 钓鱼 可疑 诈骗 泄露",
    "sales": "sales quote pricing enterprise discount demo trial upgrade 销售 报价 折扣 企业版 试用 升级 优惠",
    "staff": "vacation holiday leave salary payroll manager colleague onboarding 请假 年假 工资 入职 同事 薪资",
    "legal": "legal contract lawyer terms nda compliance 法律 合同 律师 条款 合规",
    "positive": "positive good great excellent love wonderful amazing happy perfect 好评 很棒 喜欢 满意 优秀 推荐",
    "negative": "negative bad awful hate poor waste horrible disappointing 差评 糟糕 讨厌 浪费 失败 后悔",
    "urgent": "urgent immediately asap emergency critical 紧急 马上 立刻 尽快",
}

WORDS = {word.replace("_", " "): concept for concept, words in _CONCEPTS.items() for word in words.split()}


def concepts(text: str) -> list[str]:
    """The concepts that a text touches, once for each word that touches them."""
    letters = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    padded = f" {' '.join(letters.split())} "
    return [concept for word, concept in WORDS.items() if (f" {word} " if word.isascii() else word) in padded]
